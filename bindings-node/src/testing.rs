//! The mock of `reqtrail/testing`: its clients are ordinary ones, and its clock moves as this side says.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use napi::bindgen_prelude::{Either, Env, External, Object, Result};
use napi_derive::napi;
use reqtrail::host::Outcome;
use reqtrail::host::mailbox::Event;
use reqtrail::testing::{self, Hold, Mock, Restless, ScriptError};

use crate::items::Items;
use crate::loop_handle::{LoopHandle, NotifyFunction};
use crate::values::millis;

/// What a mock's client is counted as by the collector: a suite makes one for each test, and each has a thread, of which the
/// collector knows nothing.
const CLIENT_BYTES: usize = 1024 * 1024;

/// What answers the calls of some clients.
#[napi]
pub struct RawMock {
    pub(crate) mock: Mock,
    /// Keeps the time where it is while JavaScript runs.
    hold: RefCell<Option<Hold>>,
    waits: Arc<Waits>,
}

/// The waits for the clock that threads of their own do.
struct Waits {
    handle: LoopHandle,
    ended: Mutex<Vec<RawWait>>,
}

/// A wait that has ended.
#[napi(object, object_from_js = false)]
pub struct RawWait {
    pub number: u32,
    /// Why it did not come to its end.
    pub failed: Option<String>,
}

/// Makes a mock. `notify` is called on the event loop after `notify_later`, and when a wait has ended; `handle` says by `hasRef`
/// that it keeps no process alive.
#[napi(catch_unwind)]
pub fn open_mock(
    env: Env,
    seed: f64,
    is_manual: bool,
    notify: NotifyFunction<'_>,
    handle: Object<'_>,
) -> Result<RawMock> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it was checked to be whole, and 0 or more"
    )]
    let seed = seed as u64;
    let waits = Waits {
        handle: LoopHandle::new(&env, &notify, &handle)?,
        ended: Mutex::default(),
    };
    Ok(RawMock {
        mock: Mock::with(seed, is_manual),
        hold: RefCell::default(),
        waits: Arc::new(waits),
    })
}

#[napi]
impl RawMock {
    /// What a client holds as long as it lives, so that it goes soon after its test.
    #[napi(catch_unwind)]
    pub fn client_weight(&self) -> External<Items> {
        Items::weight(CLIENT_BYTES)
    }

    /// Adds an exchange in short form, a JSON text. Gives what is wrong with it, if anything is.
    #[napi(catch_unwind)]
    pub fn add_exchange(&self, json: String) -> Option<String> {
        refusal(self.mock.add_short(&json))
    }

    /// Adds the exchanges of a script, a JSON text. Gives what is wrong with it, if anything is.
    #[napi(catch_unwind)]
    pub fn add_script(&self, json: String) -> Option<String> {
        refusal(self.mock.add_script(&json))
    }

    /// The requests that came, as a JSON array.
    #[napi(catch_unwind)]
    pub fn requests(&self) -> String {
        self.mock.requests_json()
    }

    /// What is wrong with the requests that came, and with those that did not.
    #[napi(catch_unwind)]
    pub fn problems(&self, allow_unused: bool) -> Vec<String> {
        self.mock.problems(allow_unused)
    }

    /// The time since the mock began, in milliseconds; to the microsecond, as trails have it.
    #[napi(catch_unwind)]
    pub fn elapsed(&self) -> f64 {
        self.mock.elapsed().as_micros() as f64 / 1e3
    }

    /// Keeps the time where it is, until `release`.
    #[napi(catch_unwind)]
    pub fn hold(&self) {
        let mut hold = self.hold.borrow_mut();
        hold.get_or_insert_with(|| self.mock.hold());
    }

    /// Lets the time go on.
    #[napi(catch_unwind)]
    pub fn release(&self) {
        // What the time wakes may call back.
        let hold = self.hold.take();
        drop(hold);
    }

    /// Lets `notify` be called in a later turn of the event loop.
    #[napi(catch_unwind)]
    pub fn notify_later(&self) {
        self.waits.handle.notify();
    }

    /// Moves the clock on by some milliseconds, as the wait of this number: on a thread of its own, for calls and hooks go on
    /// meanwhile.
    #[napi(catch_unwind)]
    pub fn advance(&self, number: u32, time: f64) {
        self.wait(number, move |mock| mock.block_advance(millis(time)));
    }

    /// Waits until every call waits for the clock, as `advance` does.
    #[napi(catch_unwind)]
    pub fn until_waiting(&self, number: u32) {
        self.wait(number, Mock::block_until_waiting);
    }

    /// Takes the waits that have ended.
    #[napi(catch_unwind)]
    pub fn ended(&self) -> Vec<RawWait> {
        std::mem::take(&mut *self.waits.lock())
    }

    fn wait(
        &self,
        number: u32,
        wait: impl FnOnce(&Mock) -> std::result::Result<(), Restless> + Send + 'static,
    ) {
        let (mock, waits) = (self.mock.clone(), Arc::clone(&self.waits));
        let run = move || waits.end(number, wait(&mock).err().map(|it| it.to_string()));
        let thread = thread::Builder::new().name("reqtrail-mock".to_owned());
        if let Err(error) = thread.spawn(run) {
            self.waits.end(number, Some(error.to_string()));
        }
    }
}

impl Waits {
    fn end(&self, number: u32, failed: Option<String>) {
        self.lock().push(RawWait { number, failed });
        self.handle.notify();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<RawWait>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refusal(added: std::result::Result<(), ScriptError>) -> Option<String> {
    added.err().map(|error| error.to_string())
}

/// Makes the `trail`, the `response` or the `error` of a call that a JSON text describes, or says what is wrong with it.
#[napi(catch_unwind)]
pub fn made_by_hand(what: String, description: String) -> Either<External<Items>, String> {
    match made(&what, &description) {
        Ok(items) => Either::A(items),
        Err(error) => Either::B(error.to_string()),
    }
}

fn made(what: &str, description: &str) -> std::result::Result<External<Items>, ScriptError> {
    // It was written by the TypeScript half.
    let description = serde_json::from_str(description).unwrap_or_default();
    let call = |result| Items::handle(vec![Some(Event::Ended(Outcome::Call(result)))]);
    Ok(match what {
        "trail" => Items::trails([testing::trail(&description)?]),
        "response" => call(Ok(testing::response(&description)?)),
        _ => call(Err(testing::error(&description)?)),
    })
}
