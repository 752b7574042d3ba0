//! Clouds, and what signing in to one gives.

use std::cell::RefCell;
use std::sync::{Arc, Mutex};
use std::time::UNIX_EPOCH;

use napi::Status;
use napi::bindgen_prelude::{Either, Env, Error, External, Object, Result};
use napi_derive::napi;
use reqtrail::openstack::{Cloud, Connection};
use reqtrail::{CancelToken, Observer};

use crate::board::{Event, attempt_event, lock};
use crate::event::{RawEvent, reason};
use crate::items::{Item, Items};
use crate::wake::{Wake, WakeFunction};

type Outcome = std::result::Result<Connection, reqtrail::Error>;

/// What a program knows of a cloud.
#[napi]
#[derive(Default)]
pub struct RawCloud(RefCell<Option<Cloud>>);

#[napi]
impl RawCloud {
    #[napi(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is odd about the configuration without being wrong.
    #[napi(catch_unwind)]
    pub fn notes(&self) -> Vec<String> {
        let cloud = self.0.borrow();
        cloud
            .as_ref()
            .map_or_else(Vec::new, |cloud| cloud.notes().to_vec())
    }

    /// Reads a description: an entry of `clouds.yaml` as JSON. Gives the error if it is wrong.
    #[napi(catch_unwind)]
    pub fn described_by(&self, json: String) -> Option<External<Items>> {
        self.keep(Cloud::from_json(&json))
    }

    /// Finds the cloud of a name, or the one that the environment means.
    #[napi(catch_unwind)]
    pub fn find(&self, name: Option<String>, region: Option<String>) -> Option<External<Items>> {
        self.keep(Cloud::find(name.as_deref(), region.as_deref()))
    }

    fn keep(&self, found: std::result::Result<Cloud, reqtrail::Error>) -> Option<External<Items>> {
        match found {
            Ok(cloud) => {
                *self.0.borrow_mut() = Some(cloud);
                None
            }
            Err(error) => Some(Items::of(Item::Error(error))),
        }
    }

    /// Signs in on a thread of its own: that is done once in a program's life. `wake` is called when it has ended, and when
    /// there are events, of which `attempts` and `calls` say what is wanted. `extra_ca` is PEM that is trusted besides.
    #[napi(catch_unwind)]
    pub fn connect(
        &self,
        env: Env,
        wake: WakeFunction<'_>,
        handle: Object<'_>,
        attempts: bool,
        calls: bool,
        extra_ca: String,
    ) -> Result<RawSignIn> {
        let wake = Wake::new(&env, &wake, &handle)?;
        let Some(mut cloud) = self.0.borrow().clone() else {
            return Err(Error::new(
                Status::GenericFailure,
                "a cloud without a description",
            ));
        };
        if !extra_ca.is_empty() {
            cloud = cloud.extra_ca(extra_ca);
        }
        let signing_in = RawSignIn::default();
        let (cancel, outcome) = (signing_in.cancel.clone(), Arc::clone(&signing_in.outcome));
        let told = Arc::new(Told {
            wake,
            attempts,
            calls,
            events: Arc::clone(&signing_in.events),
        });
        let watch = Arc::new(Mutex::new(Some(Arc::clone(&told))));
        if attempts || calls {
            cloud = cloud.observer(Watch(Arc::clone(&watch)));
        }
        std::thread::Builder::new()
            .name("reqtrail-sign-in".to_owned())
            .spawn(move || {
                let connected = cloud.connect_hosted(&cancel, None);
                *lock(&outcome) = Some(connected);
                // The clients that come of it have observers of their own.
                lock(&watch).take();
                told.ring();
            })
            .map_err(|e| {
                Error::new(Status::GenericFailure, format!("no thread to sign in: {e}"))
            })?;
        Ok(signing_in)
    }

    /// What is safe to show of it.
    #[napi(catch_unwind)]
    pub fn describe(&self) -> String {
        let cloud = self.0.borrow();
        cloud
            .as_ref()
            .map_or_else(String::new, |cloud| format!("{cloud:?}"))
    }
}

/// A sign-in that is under way, or has ended.
#[napi]
#[derive(Default)]
pub struct RawSignIn {
    cancel: CancelToken,
    outcome: Arc<Mutex<Option<Outcome>>>,
    events: Arc<Mutex<Vec<Event>>>,
}

/// Where a sign-in leaves what it tells.
struct Told {
    wake: Wake,
    attempts: bool,
    calls: bool,
    events: Arc<Mutex<Vec<Event>>>,
}

impl Told {
    fn tell(&self, event: Event) {
        lock(&self.events).push(event);
        self.ring();
    }

    fn ring(&self) {
        self.wake.call();
    }
}

/// Watches a sign-in until it has ended.
struct Watch(Arc<Mutex<Option<Arc<Told>>>>);

impl Observer for Watch {
    fn attempt_finished(&self, event: &reqtrail::AttemptFinished<'_>) {
        let (call, attempt) = (&event.call, event.attempt);
        if let Some(told) = lock(&self.0).as_ref().filter(|told| told.attempts) {
            told.tell(attempt_event(call, attempt));
        }
    }

    fn call_finished(&self, event: &reqtrail::CallFinished<'_>) {
        let trail = event.trail;
        if let Some(told) = lock(&self.0).as_ref().filter(|told| told.calls) {
            told.tell(Event::Call(None, trail.clone()));
        }
    }
}

#[napi]
impl RawSignIn {
    /// Ends it, because a deadline of the program's has passed if it is `late`.
    #[napi(catch_unwind)]
    pub fn cancel(&self, late: bool) {
        self.cancel.cancel_with(reason(late));
    }

    /// Takes what the channels are to be told.
    #[napi(catch_unwind)]
    pub fn events(&self) -> Vec<RawEvent> {
        let events = std::mem::take(&mut *lock(&self.events));
        events.into_iter().map(RawEvent::of).collect()
    }

    /// Whether it has ended.
    #[napi(catch_unwind)]
    pub fn ended(&self) -> bool {
        lock(&self.outcome).is_some()
    }

    /// The error that it ended with, if it did.
    #[napi(catch_unwind)]
    pub fn failed(&self) -> Option<External<Items>> {
        let mut outcome = lock(&self.outcome);
        match outcome.take() {
            Some(Err(error)) => Some(Items::of(Item::Error(error))),
            other => {
                *outcome = other;
                None
            }
        }
    }

    /// What it gave.
    #[napi(catch_unwind)]
    pub fn connection(&self) -> Result<RawConnection> {
        match lock(&self.outcome).take() {
            Some(Ok(connection)) => Ok(RawConnection(connection)),
            _ => Err(Error::new(
                Status::GenericFailure,
                "the sign-in gave nothing",
            )),
        }
    }
}

impl Drop for RawSignIn {
    // Nobody waits for it any more; its thread ends soon.
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

/// A cloud that has been signed in to.
#[napi]
pub struct RawConnection(pub(crate) Connection);

/// What Keystone answered; times are milliseconds since 1970.
#[napi(object, object_from_js = false)]
pub struct SessionParts {
    pub expires_at: Option<f64>,
    pub project_id: Option<String>,
    pub project_name: Option<String>,
    pub user_id: Option<String>,
    pub user_name: Option<String>,
    pub trail: External<Items>,
}

#[napi]
impl RawConnection {
    /// The URL of the compute API, or the error if there is none.
    #[napi(catch_unwind)]
    pub fn endpoint(&self) -> Either<String, External<Items>> {
        match self.0.endpoint() {
            Ok(url) => Either::A(url),
            Err(error) => Either::B(Items::of(Item::Error(error))),
        }
    }

    /// What Keystone answered; `null` without a sign-in.
    #[napi(catch_unwind)]
    pub fn session(&self) -> Option<SessionParts> {
        let session = self.0.session()?;
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let since = |end: std::time::SystemTime| end.duration_since(UNIX_EPOCH).ok();
        let expires = session.expires_at().and_then(since);
        Some(SessionParts {
            expires_at: expires.map(|end| end.as_secs_f64() * 1e3),
            project_id: owned(session.project_id()),
            project_name: owned(session.project_name()),
            user_id: owned(session.user_id()),
            user_name: owned(session.user_name()),
            trail: Items::of(Item::Trail(session.trail().clone())),
        })
    }

    #[napi(catch_unwind)]
    pub fn describe(&self) -> String {
        format!("{:?}", self.0)
    }
}
