//! The client: calls run on a background thread, and Node is notified once per batch of mail.

use std::cell::RefCell;
use std::collections::HashMap;

use napi::bindgen_prelude::{
    ClassInstance, Either, Env, Error, External, Float64ArraySlice, Object, Result, Status,
    Uint8ArraySlice,
};
use napi_derive::napi;
use reqtrail::host::mailbox::{Mailbox, RefreshRequest};
use reqtrail::host::{Job, Origin};
use reqtrail::openstack::{ActionRef, OperationAttached};
use reqtrail::{CancelToken, ClientBuilder, Secret, Token, blocking};

use crate::cloud::RawConnection;
use crate::config::{self, Base, Unbuilt};
use crate::failure::{self, RefreshFailure};
use crate::items::Items;
use crate::loop_handle::NotifyFunction;
use crate::mailbox::{LoopMailbox, reason, tag_number, tag_of};
use crate::openstack;
use crate::recorder::RawRecorder;
use crate::request::{self, Builder, RawExtras};
use crate::testing::RawMock;
use crate::values::{RawValues, refusal};

struct OpenClient {
    /// The calls that have begun but are not submitted yet.
    held: RefCell<HashMap<u64, Held>>,
    client: blocking::Client,
    mailbox: Mailbox,
    // Dropped after the client, so that calls under way can deliver their results.
    loop_mailbox: LoopMailbox,
}

/// A call that has begun and waits for its body.
struct Held {
    builder: Builder,
    /// The refresh whose refresher makes it.
    refresh: Option<RefreshRequest>,
}

/// A client of one event loop.
#[napi]
#[derive(Default)]
pub struct RawClient(RefCell<Option<OpenClient>>);

#[napi]
impl RawClient {
    #[napi(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Builds the client. `notify` is called on the event loop when there is mail to drain; `hasRef` of `handle` says
    /// that it does not keep the process alive. A `mock` answers its calls. Returns the error, or the text of a
    /// `TypeError`, if the client cannot be built.
    #[napi(catch_unwind)]
    pub fn open(
        &self,
        env: Env,
        base: Base<'_>,
        options: RawValues,
        refresher: bool,
        notify: NotifyFunction<'_>,
        handle: Object<'_>,
        mock: Option<ClassInstance<'_, RawMock>>,
    ) -> Result<Option<Unbuilt>> {
        let mailbox = Mailbox::new();
        let loop_mailbox = LoopMailbox::open(&env, &mailbox, &notify, &handle)?;
        let asked = mailbox.clone();
        let observer = mailbox.observer();
        let built = config::build(base, options, observer, |mut builder: ClientBuilder| {
            if let Some(mock) = &mock {
                mock.mock.hold_outcomes(&mailbox);
                builder = mock.mock.attach(builder);
            }
            if !refresher {
                return builder;
            }
            // Asks at once: Node drops its state of the asking call when that call has ended.
            let ask = move || asked.ask(Origin::current());
            builder.token_refresher_in_context(ask, |answer| answer)
        });
        let client = match built {
            Ok(client) => client,
            Err(unbuilt) => return Ok(Some(unbuilt)),
        };
        *self.0.borrow_mut() = Some(OpenClient {
            held: RefCell::default(),
            client,
            mailbox,
            loop_mailbox,
        });
        Ok(None)
    }

    /// Starts a call, and returns its tag, under which `drain` returns its result, or the text of a `TypeError`. With
    /// `hold`, the call keeps the token that the client has now and waits for `send`, `cancel` or `forget`. A call of a
    /// refresher names its `refresh`, and is refused if it would wait for that refresh.
    #[napi(catch_unwind)]
    pub fn start(
        &self,
        method: String,
        target: String,
        link: bool,
        params: Option<Vec<String>>,
        query: Option<Vec<String>>,
        headers: Option<Vec<String>>,
        body: Option<Either<String, Uint8ArraySlice<'_>>>,
        extras: Option<RawExtras>,
        options: Option<RawValues>,
        hold: bool,
        refresh: Option<&External<RefreshRequest>>,
    ) -> Result<Either<f64, String>> {
        self.with_open(|open| {
            let (client, lane) = (&open.client, &open.loop_mailbox.lane);
            let mut builder = request::build(
                client, &method, &target, link, params, query, headers, body, extras,
            );
            if let Some(options) = options
                && let Err(error) = request::set(&mut builder, options)
            {
                return Ok(Either::B(refusal(&error)));
            }
            let tag = lane.next_tag();
            if hold {
                let held = Held {
                    builder: builder.begin(),
                    refresh: refresh.map(|refresh| RefreshRequest::clone(refresh)),
                };
                open.held.borrow_mut().insert(tag, held);
            } else {
                open.submit(builder.into_job(), tag, refresh.map(|refresh| &**refresh));
            }
            Ok(Either::A(tag_number(tag)))
        })
    }

    /// The warnings for the program.
    #[napi(catch_unwind)]
    pub fn warnings(&self) -> Vec<String> {
        self.with(|open| open.client.warnings().to_vec())
            .unwrap_or_default()
    }

    /// The client's recorder, which may outlive it; `null` once the client is closed.
    #[napi(catch_unwind)]
    pub fn recorder(&self) -> Option<RawRecorder> {
        self.with(|open| RawRecorder(open.client.recorder()))
    }

    /// The timeout of a held call, in milliseconds.
    #[napi(catch_unwind)]
    pub fn held_timeout(&self, tag: f64) -> Option<f64> {
        let timeout = |held: &Held| held.builder.call_timeout().as_secs_f64() * 1e3;
        self.with(|open| open.held.borrow().get(&tag_of(tag)).map(timeout))?
    }

    /// Whether trails show the values of a query parameter.
    #[napi(catch_unwind)]
    pub fn shows_query(&self, name: String) -> bool {
        self.with(|open| open.client.shows_query(&name)) == Some(true)
    }

    /// Sends a held call with its body, unless it was cancelled meanwhile. The media type may be empty.
    #[napi(catch_unwind)]
    pub fn send(&self, tag: f64, body: Uint8ArraySlice<'_>, media_type: String) {
        let set = |builder: Builder| builder.typed_body(body.to_vec(), media_type.into());
        self.with(|open| open.release(tag_of(tag), set));
    }

    /// Drops a held call, which has no result. Returns whether the call was held.
    #[napi(catch_unwind)]
    pub fn forget(&self, tag: f64) -> bool {
        self.with(|open| open.held.borrow_mut().remove(&tag_of(tag)).is_some()) == Some(true)
    }

    /// Starts the operation that `what` names, as `start` does. `action` is the ID of the request that started it, or its
    /// response at `index`. `connection` is the one that an operation about a whole cloud is about.
    #[napi(catch_unwind)]
    pub fn operate(
        &self,
        what: String,
        server: String,
        action: Either<String, &External<Items>>,
        index: u32,
        options: RawValues,
        progress: bool,
        refresh: Option<&External<RefreshRequest>>,
        connection: Option<ClassInstance<'_, RawConnection>>,
    ) -> Result<Either<f64, String>> {
        self.with_open(|open| {
            let action = match action {
                Either::A(id) => ActionRef::from(id),
                Either::B(items) => ActionRef::from(items.response(index)?),
            };
            let mut operation = openstack::operation(&what, server, action)?;
            if let Err(error) = openstack::set(&mut operation, options) {
                return Ok(Either::B(refusal(&error)));
            }
            if let Some(connection) = connection {
                // Its calls go through separate clients, which have no observer otherwise.
                let watched = connection.0.clone().observer(open.mailbox.observer());
                operation = operation.connection(&watched);
            }
            let mut attached = OperationAttached::new();
            if progress {
                let mailbox = open.mailbox.clone();
                attached = attached.on_progress(move |seen| mailbox.progress(seen.to_json()));
            }
            let job = operation.into_job(&open.client, attached);
            let tag = open.loop_mailbox.lane.next_tag();
            open.submit(job, tag, refresh.map(|refresh| &**refresh));
            Ok(Either::A(tag_number(tag)))
        })
    }

    /// Cancels a call; `late` if a deadline of the program has passed. `drain` still returns its result.
    #[napi(catch_unwind)]
    pub fn cancel(&self, tag: f64, late: bool) {
        let (tag, reason) = (tag_of(tag), reason(late));
        let token = CancelToken::new();
        token.cancel_with(reason);
        self.with(|open| {
            if !open.release(tag, |builder| builder.cancel_token(&token)) {
                open.client.host().cancel_with(tag, reason);
            }
        });
    }

    /// Takes some mail: events for hooks, channels and the refresher, and results. Writes to `out` the number of items
    /// and whether there are more, then the tag and the code of each item. Returns the handle of the items.
    #[napi(catch_unwind)]
    pub fn drain(&self, out: Float64ArraySlice<'_>) -> Option<External<Items>> {
        self.with(|open| open.loop_mailbox.drain(out))?
    }

    /// Reports that hooks have run for the drained mail, so a mock's time may go on.
    #[napi(catch_unwind)]
    pub fn handled(&self) {
        self.with(|open| open.loop_mailbox.lane.handled());
    }

    /// Sets which events are wanted: attempts, calls.
    #[napi(catch_unwind)]
    pub fn want(&self, attempts: bool, calls: bool) {
        self.with(|open| {
            open.mailbox.want_attempts(attempts);
            open.mailbox.want_calls(calls);
        });
    }

    /// Answers a refresh with a token, or with the reason why there is none.
    #[napi(catch_unwind)]
    pub fn answer(
        &self,
        refresh: &External<RefreshRequest>,
        token: Option<String>,
        failure: Option<RefreshFailure>,
    ) {
        let failed = || failure::of_refresher(failure.unwrap_or_default()).into();
        let answer = token.map(Token::from).ok_or_else(failed);
        self.with(|open| open.loop_mailbox.lane.answer(refresh.number, answer));
    }

    /// Replaces the credential. Returns the error if the token is not valid.
    #[napi(catch_unwind)]
    pub fn set_token(&self, token: String) -> Result<Option<External<Items>>> {
        self.with_open(|open| {
            let set = open.client.set_token(Secret::from(token));
            Ok(set.err().map(Items::error))
        })
    }

    /// Ends the client and its thread, and drops calls under way.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        let open = self.0.borrow_mut().take();
        drop(open);
    }

    /// A text that is safe to show; `null` once the client is closed.
    #[napi(catch_unwind)]
    pub fn describe(&self) -> Option<String> {
        self.with(|open| format!("{:?}", open.client))
    }

    /// Uses the client, unless it is closed.
    fn with<O>(&self, act: impl FnOnce(&OpenClient) -> O) -> Option<O> {
        self.0.borrow().as_ref().map(act)
    }

    fn with_open<O>(&self, act: impl FnOnce(&OpenClient) -> Result<O>) -> Result<O> {
        let closed = || {
            Error::new(
                Status::GenericFailure,
                "the client is closed; create another one",
            )
        };
        self.with(act).ok_or_else(closed)?
    }
}

impl OpenClient {
    /// Submits a job, which may be a refresher's.
    fn submit(&self, job: Job, tag: u64, refresh: Option<&RefreshRequest>) {
        let submit = || {
            self.client
                .host()
                .submit_for(&self.loop_mailbox.lane, job, tag)
        };
        match refresh {
            Some(refresh) => refresh.serving.within(submit),
            None => submit(),
        }
    }

    /// Submits a held call. Returns `false` if no call is held under the tag.
    fn release(&self, tag: u64, finish: impl FnOnce(Builder) -> Builder) -> bool {
        let held = self.held.borrow_mut().remove(&tag);
        let Some(Held { builder, refresh }) = held else {
            return false;
        };
        self.submit(finish(builder).into_job(), tag, refresh.as_ref());
        true
    }
}
