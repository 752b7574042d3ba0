//! The client: calls run on a background thread, and Node is woken once per batch of results.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Arc;

use napi::bindgen_prelude::{
    ClassInstance, Either, Env, Error, External, Float64ArraySlice, Object, Result, Status,
    Uint8ArraySlice,
};
use napi_derive::napi;
use reqtrail::host::Outcome;
use reqtrail::openstack::ActionRef;
use reqtrail::{ClientBuilder, Secret, blocking};

use crate::board::{Board, Event, Messenger};
use crate::cloud::RawConnection;
use crate::config::{Base, Config};
use crate::event::{RawEvent, from_number, number, reason};
use crate::failure::{self, RefreshFailure};
use crate::items::{Item, Items, weight};
use crate::openstack::{self, RawOperationOptions};
use crate::request::{self, Builder, Parts, RawOptions};
use crate::wake::{Wake, WakeFunction};

/// How many results share a handle at most: as long as one of them is in use, all are kept.
const BATCH: usize = 16;

/// A body from this size on gets a handle of its own, for the same reason.
const LARGE_BODY: usize = 64 * 1024;

/// What `drain` writes of a result that is no response: those have their status.
const FAILED: f64 = 0.0;
const REPORT: f64 = -1.0;

struct Open {
    client: blocking::Client,
    board: Arc<Board>,
}

/// A client of one event loop.
#[napi]
pub struct RawClient {
    open: RefCell<Option<Open>>,
    /// Results that have been taken from the host and not yet been given out.
    taken: RefCell<VecDeque<(u64, Outcome)>>,
    scratch: Cell<Vec<(u64, Outcome)>>,
}

#[napi]
impl RawClient {
    #[napi(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self {
            open: RefCell::new(None),
            taken: RefCell::default(),
            scratch: Cell::default(),
        }
    }

    /// Builds the client of options as JSON. `wake` is called on the event loop when there is something to drain; `handle`
    /// says by `hasRef` that it keeps no process alive. Gives the error if the client cannot be built.
    #[napi(catch_unwind)]
    pub fn open(
        &self,
        env: Env,
        base: Either<String, ClassInstance<'_, RawConnection>>,
        options: String,
        wake: WakeFunction<'_>,
        handle: Object<'_>,
    ) -> Result<Option<External<Items>>> {
        let config: Config = serde_json::from_str(&options)
            .map_err(|e| Error::new(Status::InvalidArg, format!("an option is wrong: {e}")))?;
        let wake = Wake::new(&env, &wake, &handle)?;
        let base = match base {
            Either::A(url) => Base::Url(url),
            Either::B(connection) => Base::Connection(connection.0.clone()),
        };
        let board = Arc::new(Board::new(wake));
        let messenger = Messenger(Arc::clone(&board));
        let asked = Arc::clone(&board);
        let refresher = config.has_refresher;
        let built = config.build(base, messenger, |builder: ClientBuilder| {
            if !refresher {
                return builder;
            }
            builder.token_refresher_in_context(
                // At once: what Node keeps of the call that asks goes when that call has ended.
                move || asked.ask(),
                |answered| async move {
                    answered.await.unwrap_or_else(|_| {
                        Err("the client ended before the token refresher".into())
                    })
                },
            )
        });
        let client = match built {
            Ok(client) => client,
            Err(error) => return Ok(Some(Items::of(Item::Error(error)))),
        };
        let rung = Arc::clone(&board);
        client.host().set_notify(Box::new(move || rung.ring()));
        *self.open.borrow_mut() = Some(Open { client, board });
        Ok(None)
    }

    /// Starts a call; its result comes out of `drain` under its tag. One that has `ended` from the start ends at once: `true`
    /// if a deadline has passed, `false` if it was cancelled. One of the client's own refresher (`serving`) is refused where
    /// it would wait for that refresher.
    #[napi(catch_unwind)]
    pub fn start(
        &self,
        tag: f64,
        method: String,
        target: String,
        link: bool,
        params: Option<Vec<String>>,
        query: Option<Vec<String>>,
        headers: Option<Vec<String>>,
        body: Option<Either<String, Uint8ArraySlice<'_>>>,
        options: Option<RawOptions>,
        ended: Option<bool>,
        serving: bool,
    ) -> Result<()> {
        let open = self.open.borrow();
        let client = &opened(&open)?.client;
        let parts = Parts {
            params,
            query,
            headers,
            body,
            options,
        };
        let builder = request::build(client, &method, &target, link, parts);
        within(client, serving, || {
            submit(client, builder, number(tag), ended)
        });
        Ok(())
    }

    /// Lets a call begin whose body is not there yet: it keeps the token that the client has now.
    #[napi(catch_unwind)]
    pub fn hold(
        &self,
        method: String,
        target: String,
        link: bool,
        params: Option<Vec<String>>,
        query: Option<Vec<String>>,
        headers: Option<Vec<String>>,
        options: Option<RawOptions>,
    ) -> Result<External<Held>> {
        let open = self.open.borrow();
        let parts = Parts {
            params,
            query,
            headers,
            body: None,
            options,
        };
        let builder = request::build(&opened(&open)?.client, &method, &target, link, parts);
        Ok(External::new(Held(Some(builder.begin()))))
    }

    /// Starts a call that was held, with its body, as `start` does.
    #[napi(catch_unwind)]
    pub fn start_held(
        &self,
        tag: f64,
        held: &mut External<Held>,
        body: Uint8ArraySlice<'_>,
        ended: Option<bool>,
        serving: bool,
    ) -> Result<()> {
        let open = self.open.borrow();
        let client = &opened(&open)?.client;
        let held: &mut Held = held;
        let Some(builder) = held.0.take() else {
            return Err(Error::new(
                Status::GenericFailure,
                "the call was started already",
            ));
        };
        let builder = builder.body(body.to_vec());
        within(client, serving, || {
            submit(client, builder, number(tag), ended)
        });
        Ok(())
    }

    /// Starts the operation that `what` names. `action` is the ID of the request that started it, or its response at `index`.
    #[napi(catch_unwind)]
    pub fn operate(
        &self,
        tag: f64,
        what: String,
        server_id: String,
        action: Either<String, &External<Items>>,
        index: u32,
        options: RawOperationOptions,
        serving: bool,
    ) -> Result<()> {
        let open = self.open.borrow();
        let Open { client, board } = opened(&open)?;
        let action = match action {
            Either::A(id) => ActionRef::from(id),
            Either::B(items) => ActionRef::from(items.response(index)?),
        };
        let published = Arc::clone(board);
        let publish = move |json| published.tell(Event::Progress(number(tag), json));
        let job = openstack::job(client, &what, server_id, action, options, publish)?;
        within(client, serving, || client.host().submit(job, number(tag)));
        Ok(())
    }

    /// Cancels a call, because a deadline of the program's has passed if it is `late`; its result comes all the same.
    #[napi(catch_unwind)]
    pub fn cancel(&self, tag: f64, late: bool) -> bool {
        let open = self.open.borrow();
        open.as_ref()
            .is_some_and(|open| open.client.host().cancel_with(number(tag), reason(late)))
    }

    /// Takes some results, and gives the handle of what they are. Writes to `out`: how many, whether there are more, then
    /// of each its tag and what it is (a status, `FAILED` or `REPORT`). An item whose tag is missing has none.
    #[napi(catch_unwind)]
    pub fn drain(&self, mut out: Float64ArraySlice<'_>) -> Result<Option<External<Items>>> {
        // SAFETY: the array is the caller's own, and no JavaScript runs while this function does.
        let out = unsafe { out.as_mut() };
        let open = self.open.borrow();
        let Some(Open { client, board }) = open.as_ref() else {
            return Ok(None);
        };
        let mut taken = self.taken.borrow_mut();
        if taken.is_empty() {
            board.answer();
            let mut scratch = self.scratch.take();
            client.host().take(&mut scratch);
            taken.extend(scratch.drain(..));
            self.scratch.set(scratch);
        }
        if taken.is_empty() {
            return Ok(None);
        }
        let most = BATCH.min(out.len().saturating_sub(2) / 2);
        let mut items = Vec::with_capacity(most.min(taken.len()));
        while items.len() < most
            && let Some((tag, outcome)) = taken.pop_front()
        {
            let item = match outcome {
                Outcome::Call(Ok(mut response)) => {
                    // It waits for the collector, and should not keep a whole read buffer for so long.
                    response.compact();
                    Item::Response(response)
                }
                Outcome::Call(Err(error)) => Item::Error(error),
                operation => match operation.into_output() {
                    Ok(report) => Item::Report(Some(Box::new(report))),
                    Err(error) => Item::Error(error),
                },
            };
            let at = 2 + 2 * items.len();
            out[at] = from_number(tag);
            out[at + 1] = match &item {
                Item::Response(response) => f64::from(response.status().as_u16()),
                Item::Error(_) | Item::Trail(_) => FAILED,
                Item::Report(_) => REPORT,
            };
            let large = weight(&item) >= LARGE_BODY;
            items.push(item);
            if large {
                break;
            }
        }
        out[0] = from_number(items.len() as u64);
        out[1] = if taken.is_empty() { 0.0 } else { 1.0 };
        Ok(Some(Items::handle(items)))
    }

    /// Says what is wanted to be told: attempts, calls.
    #[napi(catch_unwind)]
    pub fn watch(&self, attempts: bool, calls: bool) {
        if let Some(open) = self.open.borrow().as_ref() {
            open.board.watch(attempts, calls);
        }
    }

    /// Takes what hooks, channels and the refresher are to be told.
    #[napi(catch_unwind)]
    pub fn events(&self) -> Vec<RawEvent> {
        let open = self.open.borrow();
        let Some(open) = open.as_ref() else {
            return Vec::new();
        };
        let events = open.board.take_events();
        events.into_iter().map(RawEvent::of).collect()
    }

    /// Answers a refresh with a token, or with why there is none.
    #[napi(catch_unwind)]
    pub fn refreshed(&self, refresh: u32, token: Option<String>, failure: Option<RefreshFailure>) {
        if let Some(open) = self.open.borrow().as_ref() {
            let failed = || failure::of_refresher(failure.unwrap_or_default());
            let result = token.map(Secret::from).ok_or_else(failed);
            open.board.refreshed(refresh, result);
        }
    }

    /// Puts a new credential in the place of the old.
    #[napi(catch_unwind)]
    pub fn set_token(&self, token: String) -> Result<Option<External<Items>>> {
        let open = self.open.borrow();
        let set = opened(&open)?.client.set_token(Secret::from(token));
        Ok(set.err().map(|error| Items::of(Item::Error(error))))
    }

    /// Ends the client and its thread; calls under way are dropped.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        let open = self.open.borrow_mut().take();
        drop(open);
        self.taken.borrow_mut().clear();
    }

    /// What is safe to show of it; `null` once it is closed.
    #[napi(catch_unwind)]
    pub fn describe(&self) -> Option<String> {
        let open = self.open.borrow();
        open.as_ref().map(|open| format!("{:?}", open.client))
    }
}

/// A call that has begun and waits for its body.
pub struct Held(Option<Builder>);

/// Starts something; `serving` says that the client's own refresher does it.
fn within(client: &blocking::Client, serving: bool, start: impl FnOnce()) {
    if serving {
        client.within_refresher(start);
    } else {
        start();
    }
}

fn submit(client: &blocking::Client, mut builder: Builder, tag: u64, ended: Option<bool>) {
    if let Some(late) = ended {
        let token = reqtrail::CancelToken::new();
        token.cancel_with(reason(late));
        builder = builder.cancel_token(&token);
    }
    client.host().submit(builder.into_job(), tag);
}

fn opened(open: &Option<Open>) -> Result<&Open> {
    open.as_ref()
        .ok_or_else(|| Error::new(Status::GenericFailure, "the client is closed"))
}
