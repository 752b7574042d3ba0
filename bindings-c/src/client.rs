//! Clients

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use reqtrail::host::mailbox::Mailbox;
use reqtrail::{ClientBuilder, blocking};

use crate::fault::Fault;
use crate::hooks::Hook;
use crate::inbox::Inbox;
use crate::memory::free;
use crate::options::reqtrail_client_options;
use crate::recorder::reqtrail_recorder;

/// The tag of all started work, whose result goes to a callback or to a waiting thread and not to the queue.
pub(crate) const CALLBACK_TAG: u64 = u64::MAX;

/// Makes calls to one API. All threads may use it at the same time.
pub struct reqtrail_client(pub(crate) Arc<Inner>);

/// Client state that the handle and the calls under way share.
pub(crate) struct Inner {
    /// Dropped before the client, so that nobody is notified of results that end with it.
    pub(crate) inbox: Inbox,
    pub(crate) client: blocking::Client,
    recorder: reqtrail_recorder,
    /// They also watch calls that an operation makes through other clients.
    pub(crate) hooks: Vec<Hook>,
    /// The tags of submitted work whose results have not been taken yet.
    pub(crate) tags: Mutex<HashSet<u64>>,
}

impl reqtrail_client {
    pub(crate) fn build(
        builder: ClientBuilder,
        mailbox: Mailbox,
        hooks: &[Hook],
    ) -> Result<Self, Fault> {
        let client = builder.build_blocking()?;
        Ok(Self(Arc::new(Inner {
            recorder: reqtrail_recorder(client.recorder()),
            client,
            hooks: hooks.to_vec(),
            inbox: Inbox::new(mailbox),
            tags: Mutex::default(),
        })))
    }
}

export! {
    /// Builds a client. The options may be used again, changed or freed afterwards.
    ///
    /// The caller frees *client. Errors: REQTRAIL_ERROR_CONFIG names the option, its value and what is accepted; a
    /// mistake that a setter has already returned is returned again.
    fn reqtrail_client_new(options: &reqtrail_client_options) makes client: reqtrail_client {
        reqtrail_client::build(options.builder()?, Mailbox::new(), options.hooks())?
    }

    /// Frees a client. No other thread may use the handle any more. NULL is allowed.
    ///
    /// Calls that were started with `reqtrail_call_start` continue to their end, and their callbacks run; cancel them
    /// to end them at once. Submitted calls are cancelled and their results are discarded; hooks still run for each of
    /// them.
    fn reqtrail_client_free(client: *mut reqtrail_client) { free(client); }

    /// Replaces the credential. Calls that have begun keep the old one. Any thread may call this.
    ///
    /// Errors: REQTRAIL_ERROR_CONFIG for a token that is not valid in a header.
    fn reqtrail_client_set_token(client: &reqtrail_client, token: text) fails {
        client.0.client.set_token(token)?;
    }

    /// Returns the recorder of the client's calls, which is borrowed from the client.
    fn reqtrail_client_recorder(client: &reqtrail_client) -> *const reqtrail_recorder {
        Some(&raw const client.0.recorder)
    }
}
