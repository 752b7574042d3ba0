//! Scripts: tests without a network

use std::ffi::c_char;
use std::ptr::null_mut;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqtrail::host::Outcome;
use reqtrail::testing::{Hold, Mock, Restless, ScriptError, by_hand};

use crate::codes::{
    REQTRAIL_ERROR_IN_CALLBACK, REQTRAIL_ERROR_SCRIPT_MISMATCH, REQTRAIL_ERROR_STILL_RUNNING,
};
use crate::ended::Ended;
use crate::error::{name, reqtrail_error};
use crate::fault::Fault;
use crate::hooks::InCallbackGuard;
use crate::lock::lock;
use crate::memory::{free, put};
use crate::options::reqtrail_client_options;
use crate::response::reqtrail_response;
use crate::usage::Usage;

/// Answers the calls of a program's tests. It has exchanges, each of which says which request it is for and what is
/// returned, and a clock that only the tests' calls move. Its clients keep their own reference to it. All threads may
/// use it at the same time; what its functions return is borrowed from it.
pub struct reqtrail_script {
    pub(crate) mock: Mock,
    /// Why the first bad exchange was refused, for programs that did not check the code.
    fault: Arc<Mutex<Option<Usage>>>,
    holds: Mutex<Vec<Hold>>,
    /// The texts that it has lent.
    texts: Mutex<Vec<Box<[u8]>>>,
}

impl reqtrail_script {
    /// Adds exchanges, and keeps the reason if that fails.
    fn add(
        &self,
        function: &str,
        add: impl FnOnce(&Mock) -> Result<(), ScriptError>,
    ) -> Result<(), Fault> {
        add(&self.mock).map_err(|error| {
            let fault = Usage::bad_value(error.to_string());
            lock(&self.fault).get_or_insert_with(|| fault.of(function));
            fault.into()
        })
    }

    /// What differs from the script.
    fn problems(&self, allow_unused: bool) -> Vec<String> {
        let unread = lock(&self.fault).as_ref().map(|kept| kept.message.clone());
        unread
            .into_iter()
            .chain(self.mock.problems(allow_unused))
            .collect()
    }

    /// Lends a text that lives as long as the script.
    unsafe fn lend(&self, text: String, length: *mut usize) -> *const c_char {
        // SAFETY: the caller's promise.
        unsafe { put(length, text.len()) };
        let text = [text.as_bytes(), b"\0"].concat().into_boxed_slice();
        let address = text.as_ptr().cast();
        lock(&self.texts).push(text);
        address
    }
}

/// Waits for the calls of a script. Fails in a callback, because the calls would wait for the callback.
fn wait(wait: impl FnOnce() -> Result<(), Restless>) -> Result<(), Fault> {
    if InCallbackGuard::is_active() {
        let why = "a callback cannot wait for the script's calls: they wait for the callback";
        return Err(Fault::usage(REQTRAIL_ERROR_IN_CALLBACK, why));
    }
    wait().map_err(|why| Fault::usage(REQTRAIL_ERROR_STILL_RUNNING, why.to_string()))
}

export! {
    /// Makes a script for tests of a program. Clients whose options it is set on with `reqtrail_client_options_script`
    /// send their requests to it instead of a server. Everything else is real: retries, decoding, trails, hooks and
    /// logs.
    ///
    /// `json` is a whole script ("schema": "reqtrail.script/1"), or empty for one without exchanges. Request IDs and
    /// waits of random length follow from `seed`, so trails are equal on every run.
    ///
    /// The time of the calls is virtual and starts at 2026-01-01T00:00:00Z. As soon as every call waits and no hook or
    /// refresher runs, it moves to the end of the next wait, so no wait takes real time. If `manual_clock` is true,
    /// only `reqtrail_script_advance_ms` moves it.
    ///
    /// The caller frees *script. Errors: REQTRAIL_ERROR_BAD_VALUE says what is wrong in `json` and what is right.
    fn reqtrail_script_new(json: text, seed: u64, manual_clock: bool) makes script: reqtrail_script {
        let mock = Mock::with(seed, manual_clock);
        if !json.is_empty() {
            mock.add_script(json).map_err(|error| Usage::bad_value(error.to_string()))?;
        }
        reqtrail_script { mock, fault: Arc::default(), holds: Mutex::default(), texts: Mutex::default() }
    }

    /// Adds an exchange in its short form, such as
    ///
    /// `{"method": "GET", "path": "/cameras/{id}", "reply": {"code": "rate_limited", "retry_after": 60}}`.
    ///
    /// Each request takes the first exchange that matches it and has uses left. "times" is the number of uses, by
    /// default 1, or "always". "fails" in the reply, such as "timeout" or "connect", is a failure without an answer.
    /// docs/testing.md has the rest. Exchanges may be added while calls are under way.
    ///
    /// Errors: REQTRAIL_ERROR_BAD_VALUE says what is wrong and what is right. The script keeps the first mistake, and
    /// `reqtrail_client_new` and `reqtrail_script_verify` report it again.
    fn reqtrail_script_add(script: &reqtrail_script, exchange: text) fails {
        script.add("reqtrail_script_add", |mock| mock.add_short(exchange))?;
    }

    /// Adds the exchanges of a whole script ("schema": "reqtrail.script/1"), such as a recording. Errors: as for
    /// `reqtrail_script_add`.
    fn reqtrail_script_load(script: &reqtrail_script, json: text) fails {
        script.add("reqtrail_script_load", |mock| mock.add_script(json))?;
    }

    /// Has a script answer the calls of all clients of these options. They need no network, open no port and read no
    /// certificates; network options are checked but not used. Their trails have the note REQTRAIL_TRAIL_NOTE_SCRIPTED.
    ///
    /// If the base URL is empty, it becomes "https://api.example", and the dialect "novavms" unless one is set. The
    /// options keep their own reference to the script, which may be freed at once.
    fn reqtrail_client_options_script(options: &mut reqtrail_client_options, script: &reqtrail_script) sets {
        let (mock, fault) = (script.mock.clone(), Arc::clone(&script.fault));
        options.script(Arc::new(move |builder| match &*lock(&fault) {
            Some(kept) => Err(kept.clone().into()),
            None => Ok(mock.attach(builder)),
        }));
    }

    /// Returns how many requests the script's server received. It does not count a request that matches no exchange, or
    /// that fails before the server reads it, such as by "connect".
    fn reqtrail_script_request_count(script: &reqtrail_script) -> usize {
        Some(script.mock.requests().len())
    }

    /// Returns the requests that `reqtrail_script_request_count` counts, in order, as a JSON array. Each has "method",
    /// "target", "path", "query" and "headers" (arrays of a name and a value), its body as "json", "text" or "base64",
    /// "exchange", the index of the exchange that it took, and "at_ms", its virtual time since the start. The text
    /// contains the requests up to now, and lives as long as the script.
    fn reqtrail_script_requests_json(script: &reqtrail_script, length: out? usize) -> *const c_char {
        Some(script.lend(script.mock.requests_json(), length))
    }

    /// Returns what differs from the script, each problem on a new line: requests that match no exchange, with the
    /// nearest one and the difference; requests that differ from "want"; and, unless `allow_unused`, exchanges with
    /// uses left. NULL if there are no problems. The text lives as long as the script.
    fn reqtrail_script_problems(script: &reqtrail_script, allow_unused: bool, length: out? usize) -> *const c_char {
        let problems = script.problems(allow_unused);
        (!problems.is_empty()).then(|| script.lend(problems.join("\n"), length))
    }

    /// Checks at the end of a test that everything happened as in the script. Errors: REQTRAIL_ERROR_SCRIPT_MISMATCH,
    /// with the text of `reqtrail_script_problems` as its message.
    fn reqtrail_script_verify(script: &reqtrail_script, allow_unused: bool) fails {
        let problems = script.problems(allow_unused);
        if !problems.is_empty() {
            let code = REQTRAIL_ERROR_SCRIPT_MISMATCH;
            let mut error = reqtrail_error::plain(code, problems.join("\n"));
            error.display = format!("{}: {}", name(code), problems.join("; "));
            return Err(Fault::Made(Box::new(error)));
        }
    }

    /// Returns the virtual time since the start, in milliseconds.
    fn reqtrail_script_elapsed_ms(script: &reqtrail_script) -> f64 {
        Some(script.mock.elapsed().as_secs_f64() * 1e3)
    }

    /// Advances the clock by `time` milliseconds, from the end of one wait to the next, and waits each time until the
    /// calls have reacted. It is for scripts with a manual clock. While a thread waits for its call, another thread
    /// must advance the time.
    ///
    /// Errors: REQTRAIL_ERROR_STILL_RUNNING if a call, a hook or a refresher is still busy after ten seconds of real
    /// time, and REQTRAIL_ERROR_IN_CALLBACK in a callback.
    fn reqtrail_script_advance_ms(script: &reqtrail_script, time: u64) fails {
        let mock = &script.mock;
        wait(|| mock.block_advance(Duration::from_millis(time)))?;
    }

    /// Waits until there is a call and all calls of the script wait for its clock. Errors: those of
    /// `reqtrail_script_advance_ms`.
    fn reqtrail_script_wait_until_waiting(script: &reqtrail_script) fails {
        let mock = &script.mock;
        wait(|| mock.block_until_waiting())?;
    }

    /// Stops the time until `reqtrail_script_release` has been called as often, or the script is freed. Calls that are
    /// started one after the other then begin at the same virtual time. A thread that has stopped the time must not
    /// wait for a call.
    fn reqtrail_script_hold(script: &reqtrail_script) {
        let hold = script.mock.hold();
        lock(&script.holds).push(hold);
    }

    /// Ends one `reqtrail_script_hold`. Does nothing if there is none.
    fn reqtrail_script_release(script: &reqtrail_script) {
        let hold = lock(&script.holds).pop();
        drop(hold);
    }

    /// Frees a script. It continues to answer its clients. NULL is allowed.
    fn reqtrail_script_free(script: *mut reqtrail_script) { free(script); }

    /// Makes a response or an error by hand, for tests of code that handles it. The text describes a call, such as
    ///
    /// `{"path": "/cameras", "error": {"code": "rate_limited", "retry_after": 60, "request_id": "req_1"}}`
    ///
    /// A description has one of three keys: "error" for a call that fails, "response" for one that succeeds, "attempts"
    /// for one with several attempts. docs/testing.md lists all keys. Nothing is sent. IDs, times and outcome of the
    /// trail are consistent. To make only a trail, use `reqtrail_trail_from_json`.
    ///
    /// The result is that of `reqtrail_call`. Errors: REQTRAIL_ERROR_BAD_VALUE, without a trail, if the description is
    /// wrong or no call can end like that; otherwise the described error.
    fn reqtrail_call_by_hand(description: text, response: out *mut reqtrail_response) fails {
        let result = by_hand(description).map_err(|error| Usage::bad_value(error.to_string()))?;
        Ended::new(Outcome::Call(result)).hand_over(response, null_mut())?;
    }
}
