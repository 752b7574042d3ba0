//! The mock of `reqtrail/testing`. Its clients are ordinary clients; the TypeScript half moves its clock.

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

/// The memory of a mock's client as reported to the collector, in bytes. A suite makes one client for each test, each
/// with a thread, which the collector does not see.
const CLIENT_BYTES: usize = 1024 * 1024;

/// A mock, which answers the calls of its clients.
#[napi]
pub struct RawMock {
    pub(crate) mock: Mock,
    /// Stops time while JavaScript runs.
    hold: RefCell<Option<Hold>>,
    waits: Arc<Waits>,
}

/// The waits for the clock, each on its own thread.
struct Waits {
    handle: LoopHandle,
    ended: Mutex<Vec<RawWait>>,
}

/// A wait that has ended.
#[napi(object, object_from_js = false)]
pub struct RawWait {
    pub number: u32,
    /// Why the wait failed, if it did.
    pub failed: Option<String>,
}

/// Makes a mock. `notify` is called on the event loop after `notify_later`, and when a wait has ended; `hasRef` of
/// `handle` says that it does not keep the process alive.
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
        reason = "the TypeScript half has checked that it is whole, and 0 or more"
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
    /// Returns a weight for a client to hold as long as it lives, so that it is collected soon after its test.
    #[napi(catch_unwind)]
    pub fn client_weight(&self) -> External<Items> {
        Items::weight(CLIENT_BYTES)
    }

    /// Adds an exchange in short form, a JSON text. Returns the error text if it is not valid.
    #[napi(catch_unwind)]
    pub fn add_exchange(&self, json: String) -> Option<String> {
        refusal(self.mock.add_short(&json))
    }

    /// Adds the exchanges of a script, a JSON text. Returns the error text if it is not valid.
    #[napi(catch_unwind)]
    pub fn add_script(&self, json: String) -> Option<String> {
        refusal(self.mock.add_script(&json))
    }

    /// The requests that the mock has received, as a JSON array.
    #[napi(catch_unwind)]
    pub fn requests(&self) -> String {
        self.mock.requests_json()
    }

    /// What did not go as arranged.
    #[napi(catch_unwind)]
    pub fn problems(&self, allow_unused: bool) -> Vec<String> {
        self.mock.problems(allow_unused)
    }

    /// The time since the mock was made, in milliseconds, to the microsecond as in trails.
    #[napi(catch_unwind)]
    pub fn elapsed(&self) -> f64 {
        self.mock.elapsed().as_micros() as f64 / 1e3
    }

    /// Stops time until `release`.
    #[napi(catch_unwind)]
    pub fn hold(&self) {
        let mut hold = self.hold.borrow_mut();
        hold.get_or_insert_with(|| self.mock.hold());
    }

    /// Lets the time go on.
    #[napi(catch_unwind)]
    pub fn release(&self) {
        // Drops the hold after the borrow: what the time wakes may call back.
        let hold = self.hold.take();
        drop(hold);
    }

    /// Has `notify` called in a later turn of the event loop.
    #[napi(catch_unwind)]
    pub fn notify_later(&self) {
        self.waits.handle.notify();
    }

    /// Advances the clock by some milliseconds, as the wait with this number. It runs on a new thread, because calls
    /// and hooks go on meanwhile.
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

/// Makes the `trail`, the `response` or the `error` of a call that a JSON text describes. Returns the error text if it
/// is not valid.
#[napi(catch_unwind)]
pub fn made_by_hand(what: String, description: String) -> Either<External<Items>, String> {
    match made(&what, &description) {
        Ok(items) => Either::A(items),
        Err(error) => Either::B(error.to_string()),
    }
}

fn made(what: &str, description: &str) -> std::result::Result<External<Items>, ScriptError> {
    // Always valid JSON: the TypeScript half has written it.
    let description = serde_json::from_str(description).unwrap_or_default();
    let call = |result| Items::handle(vec![Some(Event::Ended(Outcome::Call(result)))]);
    Ok(match what {
        "trail" => Items::trails([testing::trail(&description)?]),
        "response" => call(Ok(testing::response(&description)?)),
        _ => call(Err(testing::error(&description)?)),
    })
}
