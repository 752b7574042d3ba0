//! Clients

use std::collections::{HashSet, VecDeque};
use std::ffi::c_char;
use std::sync::{Arc, Mutex, MutexGuard};

use reqtrail::host::Outcome;
use reqtrail::{Secret, blocking};

use crate::error::reqtrail_error;
use crate::lock::lock;
use crate::memory::{free, hand_over};
use crate::options::reqtrail_client_options;
use crate::text::owned;

/// The tag of all that is started: its result goes to a callback or to those who wait, and not to the queue.
pub(crate) const CALLBACK_TAG: u64 = u64::MAX;

/// Makes calls to one API. All threads may use it at the same time.
pub struct reqtrail_client(pub(crate) Arc<Inner>);

/// What the handle and the calls under way share.
pub(crate) struct Inner {
    pub(crate) client: blocking::Client,
    /// What was submitted and not taken yet.
    pub(crate) tags: Mutex<HashSet<u64>>,
    /// Outcomes that were taken from the host and not yet by the program.
    pub(crate) ready: Mutex<VecDeque<(u64, Outcome)>>,
}

impl Inner {
    /// Takes the host's outcomes, and gives all that the program has not taken.
    pub(crate) fn collect(&self) -> MutexGuard<'_, VecDeque<(u64, Outcome)>> {
        let mut taken = Vec::new();
        let mut ready = lock(&self.ready);
        self.client.host().take(&mut taken);
        ready.extend(taken);
        ready
    }
}

export! {
    /// Builds a client. The options may be used again, changed or freed afterwards.
    ///
    /// The caller frees *client. Errors: REQTRAIL_ERROR_CONFIG names the option, what was given and what is accepted; a
    /// mistake that a setter has returned already is returned again.
    fn reqtrail_client_new(
        options: *const reqtrail_client_options,
        client: *mut *mut reqtrail_client,
        error: *mut *mut reqtrail_error,
    ) needs [options] fills [client] reports [error] {
        let built = options.builder()?.build_blocking()?;
        let inner = Inner {
            client: built,
            tags: Mutex::default(),
            ready: Mutex::default(),
        };
        hand_over(client, reqtrail_client(Arc::new(inner)));
        Ok(())
    }

    /// Frees a client; no other thread may use the handle any more. NULL is allowed.
    ///
    /// Calls that were started with `reqtrail_call_start` go on to their end, and their callbacks come; cancel them to
    /// end them at once. Submitted calls are cancelled, hooks are told of each, and their results are gone.
    fn reqtrail_client_free(client: *mut reqtrail_client) [] {
        free(client);
    }

    /// Puts a new credential in the place of the old. Calls that have begun keep theirs. Any thread may call it.
    ///
    /// Errors: REQTRAIL_ERROR_CONFIG for a token that cannot stand in a header.
    fn reqtrail_client_set_token(
        client: *const reqtrail_client,
        token: *const c_char,
        token_length: usize,
        error: *mut *mut reqtrail_error,
    ) needs [client] reports [error] {
        let token = Secret::from(owned(token, token_length, "token")?);
        Ok(client.0.client.set_token(token)?)
    }
}
