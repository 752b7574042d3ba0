//! Token refreshers

use std::ffi::{c_char, c_void};
use std::sync::Arc;
use std::time::SystemTime;

use reqtrail::{Category, ErrorKind, RefreshError, Secret, Token};

use crate::codes::reqtrail_code;
use crate::error::reqtrail_error;
use crate::export::Settable;
use crate::fault::Fault;
use crate::hooks::{InCallbackGuard, UserData, reqtrail_free_callback};
use crate::memory::{Frame, FromC as _};
use crate::numbers::{number, time};
use crate::usage::Usage;

/// Makes a new token and passes it to `reqtrail_refresh_token`, or passes the reason why not to
/// `reqtrail_refresh_fail`. It runs on a separate thread and may block. `refresh` is lent for as long as it runs.
pub type reqtrail_refresh_callback =
    Option<unsafe extern "C" fn(refresh: *mut reqtrail_refresh, user_data: *mut c_void)>;

/// Returns the context that a refresh needs of the call that begins it, or NULL for none. `reqtrail_refresh_context`
/// returns the context to the refresher.
///
/// It runs on the thread that drives the call. For `reqtrail_call` and `reqtrail_operation_run` that is the calling
/// thread, so the program's thread-local values are available. `tag` points to the tag that the call or operation was
/// submitted under; it points to UINT64_MAX for one that was started, and is NULL for others. The function must not
/// block and must not call the library.
pub type reqtrail_refresh_context_callback =
    Option<unsafe extern "C" fn(tag: *const u64, user_data: *mut c_void) -> *mut c_void>;

/// The answer that a token refresher builds.
pub struct reqtrail_refresh {
    context: *mut c_void,
    pub(crate) token: Option<Secret>,
    pub(crate) expires_at: Option<SystemTime>,
    pub(crate) failed: Option<BoxError>,
}

/// Calls the program's token refresher.
#[derive(Clone)]
pub(crate) struct Refresher {
    pub(crate) refresh: reqtrail_refresh_callback,
    pub(crate) capture: reqtrail_refresh_context_callback,
    pub(crate) free_context: reqtrail_free_callback,
    pub(crate) user_data: Arc<UserData>,
}

/// A cause of any type.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl Refresher {
    /// Captures the program's context of the call that runs here. It lives as long as the refresh may ask for it.
    pub(crate) fn context(&self) -> Option<Arc<UserData>> {
        let capture = self.capture?;
        let tag = reqtrail::host::current_tag();
        let tag = tag.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        let _in_callback = InCallbackGuard::enter();
        // SAFETY: the program's function, with a tag that outlives it.
        let context = unsafe { capture(tag, self.user_data.pointer()) };
        (!context.is_null()).then(|| UserData::new(context, self.free_context))
    }

    pub(crate) fn call(&self, context: Option<&UserData>) -> Result<Token, BoxError> {
        let mut answer = reqtrail_refresh {
            context: context.map_or(std::ptr::null_mut(), UserData::pointer),
            token: None,
            expires_at: None,
            failed: None,
        };
        if let Some(refresh) = self.refresh {
            // SAFETY: the program's function, with a handle that outlives it.
            unsafe { refresh(&raw mut answer, self.user_data.pointer()) };
        }
        if let Some(why) = answer.failed {
            return Err(why);
        }
        let Some(secret) = answer.token else {
            return Err("the token refresher set neither a token nor a reason".into());
        };
        let token = Token::new(secret);
        Ok(match answer.expires_at {
            Some(end) => token.expires_at(end),
            None => token,
        })
    }
}

/// Makes the refresher's error from the numbers of its kind and category.
fn failure(kind: reqtrail_code, category: i32, why: &str) -> Result<RefreshError, Fault> {
    let mut kinds = ErrorKind::ALL.iter().copied();
    let Some(known_kind) = kinds.find(|own| number(own.number()) == kind) else {
        return Err(Fault::bad_value(format!(
            "kind is {kind}; expected REQTRAIL_ERROR_API to REQTRAIL_ERROR_INTERNAL"
        )));
    };
    let mut categories = Category::ALL.iter().copied();
    let known_category = categories.find(|own| number(own.number()) == category);
    if category != 0 && known_category.is_none() {
        return Err(Fault::bad_value(format!(
            "category is {category}; expected a REQTRAIL_CATEGORY_*, or 0"
        )));
    }
    Ok(RefreshError::new(known_kind, known_category, why))
}

impl Settable for reqtrail_refresh {
    fn keep(&mut self, kept: Usage) {
        self.failed
            .get_or_insert_with(|| format!("the token refresher: {}", kept.message).into());
    }
}

export! {
    /// Sets the new token, from within a refresher. The last one counts.
    fn reqtrail_refresh_token(refresh: &mut reqtrail_refresh, token: text) sets {
        refresh.token = Some(Secret::from(token));
    }

    /// Sets when the new token expires, in seconds since 1970. The refresher is then called before that time.
    fn reqtrail_refresh_expires_at(refresh: &mut reqtrail_refresh, unix_seconds: f64) sets {
        refresh.expires_at = Some(time(unix_seconds)?);
    }

    /// Says why there is no new token. The calls that got the 401 then end with it.
    fn reqtrail_refresh_fail(refresh: &mut reqtrail_refresh, why: text) sets { refresh.failed = Some(why.into()); }

    /// Says that there is no new token because a call failed that the refresher made through another client. A call
    /// that has no credential then ends with the kind and category of `error`, and its text names the request ID. The
    /// caller still frees `error`, and may do so at once.
    fn reqtrail_refresh_fail_with(refresh: &mut reqtrail_refresh, error: &reqtrail_error) sets {
        refresh.failed = Some(error.as_cause());
    }

    /// Like `reqtrail_refresh_fail_with`, for programs that no longer have the error handle, such as bindings of other
    /// languages. `kind` is a REQTRAIL_ERROR_* from REQTRAIL_ERROR_API to REQTRAIL_ERROR_INTERNAL, and `category` a
    /// REQTRAIL_CATEGORY_*, or 0 for none. `request_id` may be NULL.
    fn reqtrail_refresh_fail_as(
        refresh: &mut reqtrail_refresh,
        kind: reqtrail_code,
        category: i32,
        why: text,
        request_id: *const c_char,
        request_id_length: usize,
    ) sets {
        let request_id = match request_id.is_null() {
            true => "",
            false => (request_id, request_id_length).read(&Frame, "request_id")?,
        };
        let id = Some(request_id.to_owned()).filter(|id| !id.is_empty());
        refresh.failed = Some(failure(kind, category, why)?.with_request_id(id).into());
    }

    /// Returns what the refresher's `reqtrail_refresh_context_callback` returned for the call that began this refresh;
    /// NULL if there is none. It lives until the refresher returns.
    fn reqtrail_refresh_context(refresh: &reqtrail_refresh) -> *mut c_void { Some(refresh.context) }
}
