//! Token refreshers

use std::ffi::{c_char, c_void};
use std::sync::Arc;
use std::time::SystemTime;

use reqtrail::{Secret, Token};

use crate::export::Settable;
use crate::fault::{Fault, Kept};
use crate::hooks::{UserData, moment};
use crate::text::owned;

/// Makes a new token and gives it to `refresh` by `reqtrail_refresh_token`, or says why not by `reqtrail_refresh_fail`.
/// It runs on a thread of its own and may block; `refresh` is lent for as long as it runs.
pub type reqtrail_refresh_callback =
    Option<unsafe extern "C" fn(refresh: *mut reqtrail_refresh, user_data: *mut c_void)>;

/// The answer of a token refresher in the making.
#[derive(Default)]
pub struct reqtrail_refresh {
    pub(crate) token: Option<Secret>,
    pub(crate) expires_at: Option<SystemTime>,
    pub(crate) failed: Option<String>,
}

/// Calls the program's token refresher.
#[derive(Clone)]
pub(crate) struct Refresher(
    pub(crate) reqtrail_refresh_callback,
    pub(crate) Arc<UserData>,
);

/// A cause of any type.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl Refresher {
    pub(crate) fn call(&self) -> Result<Token, BoxError> {
        let mut answer = reqtrail_refresh::default();
        if let Some(refresh) = self.0 {
            // SAFETY: the program's function, with a handle that outlives it.
            unsafe { refresh(&raw mut answer, self.1.pointer()) };
        }
        if let Some(why) = answer.failed {
            return Err(why.into());
        }
        let Some(secret) = answer.token else {
            return Err("the token refresher gave neither a token nor a reason".into());
        };
        let token = Token::new(secret);
        Ok(match answer.expires_at {
            Some(end) => token.expires_at(end),
            None => token,
        })
    }
}

impl Settable for reqtrail_refresh {
    fn keep(&mut self, kept: Kept) {
        self.failed
            .get_or_insert_with(|| format!("the token refresher: {}", kept.message()));
    }
}

export! {
    /// Gives the new token, from within a refresher; the last one counts.
    fn reqtrail_refresh_token(
        refresh: *mut reqtrail_refresh,
        token: *const c_char,
        token_length: usize,
    ) sets [refresh] {
        refresh.token = Some(Secret::from(owned(token, token_length, "token")?));
        Ok(())
    }

    /// Says until when the new token holds, in seconds since 1970. The refresher is then asked ahead of time.
    fn reqtrail_refresh_expires_at(refresh: *mut reqtrail_refresh, unix_seconds: f64) sets [refresh] {
        let end = moment(unix_seconds);
        refresh.expires_at = Some(end.ok_or_else(|| {
            Fault::bad_value(format!("unix_seconds is {unix_seconds}; expected seconds since 1970"))
        })?);
        Ok(())
    }

    /// Says why there is no new token. The calls that met the 401 then end with it.
    fn reqtrail_refresh_fail(
        refresh: *mut reqtrail_refresh,
        why: *const c_char,
        why_length: usize,
    ) sets [refresh] {
        refresh.failed = Some(owned(why, why_length, "why")?);
        Ok(())
    }
}
