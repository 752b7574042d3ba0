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

/// What answers the calls of a program's tests: exchanges, each of which says which request it is for and what comes
/// back, and a clock that nothing but the tests' calls moves. The clients that it answers have their own share of it.
/// All threads may use it at the same time; what it gives is borrowed from it.
pub struct reqtrail_script {
    pub(crate) mock: Mock,
    /// The first exchange that could not be read, for those who did not look at the code.
    fault: Arc<Mutex<Option<Usage>>>,
    holds: Mutex<Vec<Hold>>,
    /// The texts that it has given out.
    texts: Mutex<Vec<Box<[u8]>>>,
}

impl reqtrail_script {
    /// Adds to it, and keeps why that failed.
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

    /// What is not as the script has it.
    fn problems(&self, allow_unused: bool) -> Vec<String> {
        let unread = lock(&self.fault).as_ref().map(|kept| kept.message.clone());
        unread
            .into_iter()
            .chain(self.mock.problems(allow_unused))
            .collect()
    }

    /// Gives a text that lives as long as the script does.
    unsafe fn lend(&self, text: String, length: *mut usize) -> *const c_char {
        // SAFETY: the caller's promise.
        unsafe { put(length, text.len()) };
        let text = [text.as_bytes(), b"\0"].concat().into_boxed_slice();
        let address = text.as_ptr().cast();
        lock(&self.texts).push(text);
        address
    }
}

/// Waits for the calls of a script, which in a callback would wait for the callback.
fn wait(wait: impl FnOnce() -> Result<(), Restless>) -> Result<(), Fault> {
    if InCallbackGuard::is_active() {
        let why = "a callback cannot wait for the script's calls: they wait for the callback";
        return Err(Fault::usage(REQTRAIL_ERROR_IN_CALLBACK, why));
    }
    wait().map_err(|why| Fault::usage(REQTRAIL_ERROR_STILL_RUNNING, why.to_string()))
}

export! {
    /// Makes a script for tests of a program: the clients that it is given to, by `reqtrail_client_options_script`,
    /// send their requests to it instead of a server. Everything else is real: how often is tried, what is decoded,
    /// trails, hooks, logs.
    ///
    /// `json` is a whole script ("schema": "reqtrail.script/1"), or empty for one without exchanges. Request IDs and
    /// waits of random length follow from `seed`, so that trails are equal each time.
    ///
    /// The time of the calls is virtual. It begins at 2026-01-01T00:00:00Z and goes to the end of the next wait as soon
    /// as every call waits and no hook or refresher runs, so that no wait takes real time; where `manual_clock` is
    /// true, it moves by `reqtrail_script_advance_ms` alone.
    ///
    /// The caller frees *script. Errors: REQTRAIL_ERROR_BAD_VALUE names what is wrong in `json` and what would be
    /// right.
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
    /// Each request takes the first exchange that fits it and has uses left. "times" says how many it has, 1 unless
    /// told, or "always"; "fails" in the reply, such as "timeout" or "connect", stands for an answer that never comes;
    /// docs/testing.md has the rest. Exchanges may be added while calls are under way.
    ///
    /// Errors: REQTRAIL_ERROR_BAD_VALUE names what is wrong and what would be right. The script keeps the first
    /// mistake: `reqtrail_client_new` and `reqtrail_script_verify` tell it again.
    fn reqtrail_script_add(script: &reqtrail_script, exchange: text) fails {
        script.add("reqtrail_script_add", |mock| mock.add_short(exchange))?;
    }

    /// Adds the exchanges of a whole script ("schema": "reqtrail.script/1"), such as one that was recorded. Errors: as
    /// for `reqtrail_script_add`.
    fn reqtrail_script_load(script: &reqtrail_script, json: text) fails {
        script.add("reqtrail_script_load", |mock| mock.add_script(json))?;
    }

    /// Has a script answer the calls of all clients of these options. They need no network, open no port and read no
    /// certificates; options of the network are checked and not used. Their trails have the note
    /// REQTRAIL_TRAIL_NOTE_SCRIPTED.
    ///
    /// Where the base URL is the empty text, it is "https://api.example", and the dialect "novavms" unless one is set.
    /// The options keep their own share of the script, which may be freed at once.
    fn reqtrail_client_options_script(options: &mut reqtrail_client_options, script: &reqtrail_script) sets {
        let (mock, fault) = (script.mock.clone(), Arc::clone(&script.fault));
        options.script(Arc::new(move |builder| match &*lock(&fault) {
            Some(kept) => Err(kept.clone().into()),
            None => Ok(mock.attach(builder)),
        }));
    }

    /// Returns how many requests the script's server saw. One that no exchange takes, and one that fails before it is
    /// read, such as by "connect", is not among them.
    fn reqtrail_script_request_count(script: &reqtrail_script) -> usize {
        Some(script.mock.requests().len())
    }

    /// Returns the requests that `reqtrail_script_request_count` counts, in order, as a JSON array. Each has "method",
    /// "target", "path", "query" and "headers" (arrays of a name and a value), its body as "json", "text" or "base64",
    /// "exchange", the index of the exchange that it took, and "at_ms", its virtual time since the beginning.
    /// The text shows what came until now, and lives as long as the script does.
    fn reqtrail_script_requests_json(script: &reqtrail_script, length: out? usize) -> *const c_char {
        Some(script.lend(script.mock.requests_json(), length))
    }

    /// Returns what is not as the script has it, one thing after the other, each from a new line: requests of no
    /// exchange, with the nearest and what differed, requests that were not as "want" has them, and, unless
    /// `allow_unused`, exchanges with uses left. NULL if all is well. The text lives as long as the script does.
    fn reqtrail_script_problems(script: &reqtrail_script, allow_unused: bool, length: out? usize) -> *const c_char {
        let problems = script.problems(allow_unused);
        (!problems.is_empty()).then(|| script.lend(problems.join("\n"), length))
    }

    /// Checks at the end of a test that everything went as the script has it. Errors: REQTRAIL_ERROR_SCRIPT_MISMATCH,
    /// whose message is what `reqtrail_script_problems` returns.
    fn reqtrail_script_verify(script: &reqtrail_script, allow_unused: bool) fails {
        let problems = script.problems(allow_unused);
        if !problems.is_empty() {
            let code = REQTRAIL_ERROR_SCRIPT_MISMATCH;
            let mut error = reqtrail_error::plain(code, problems.join("\n"));
            error.display = format!("{}: {}", name(code), problems.join("; "));
            return Err(Fault::Made(Box::new(error)));
        }
    }

    /// Returns the virtual time since the beginning, in milliseconds.
    fn reqtrail_script_elapsed_ms(script: &reqtrail_script) -> f64 {
        Some(script.mock.elapsed().as_secs_f64() * 1e3)
    }

    /// Moves the clock on, from the end of one wait to the next, and waits until the calls have done what follows from
    /// each. It is for scripts with a manual clock; calls that a thread waits for need another thread to advance the
    /// time.
    ///
    /// Errors: REQTRAIL_ERROR_STILL_RUNNING if a call, a hook or a refresher is still busy after ten seconds of real
    /// time, and REQTRAIL_ERROR_IN_CALLBACK in a callback.
    fn reqtrail_script_advance_ms(script: &reqtrail_script, time: u64) fails {
        let mock = &script.mock;
        wait(|| mock.block_advance(Duration::from_millis(time)))?;
    }

    /// Waits until all calls of the script wait for its clock, and there is one. Errors: those of
    /// `reqtrail_script_advance_ms`.
    fn reqtrail_script_wait_until_waiting(script: &reqtrail_script) fails {
        let mock = &script.mock;
        wait(|| mock.block_until_waiting())?;
    }

    /// Keeps the time where it is until `reqtrail_script_release` is called as often, or the script is freed: for calls
    /// that are started one after the other and are to begin at the same time. A thread that holds the time must not
    /// wait for a call.
    fn reqtrail_script_hold(script: &reqtrail_script) {
        let hold = script.mock.hold();
        lock(&script.holds).push(hold);
    }

    /// Ends what `reqtrail_script_hold` began. Nothing happens where nothing is held.
    fn reqtrail_script_release(script: &reqtrail_script) {
        let hold = lock(&script.holds).pop();
        drop(hold);
    }

    /// Frees a script. Clients that it answers keep it going. NULL is allowed.
    fn reqtrail_script_free(script: *mut reqtrail_script) { free(script); }

    /// Makes a response or an error by hand, for tests of what a program does with it. The text describes a call, such as
    ///
    /// `{"path": "/cameras", "error": {"code": "rate_limited", "retry_after": 60, "request_id": "req_1"}}`
    ///
    /// A description has one of three keys: "error" for a call that fails, "response" for one that succeeds, "attempts" for
    /// one with several attempts. docs/testing.md lists all keys. Nothing is sent; IDs, times and outcome of the trail fit together. A trail alone
    /// is read by `reqtrail_trail_from_json`.
    ///
    /// The result is that of `reqtrail_call`. Errors: REQTRAIL_ERROR_BAD_VALUE, without a trail, if the description is
    /// wrong or no call can go so; else what is described.
    fn reqtrail_call_by_hand(description: text, response: out *mut reqtrail_response) fails {
        let result = by_hand(description).map_err(|error| Usage::bad_value(error.to_string()))?;
        Ended::new(Outcome::Call(result)).give(response, null_mut())?;
    }
}
