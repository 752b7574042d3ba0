//! The script of one exchange: what happens to a request, step by step.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use reqtrail::{Failure, Phase, TransportError};

/// One thing that happens.
pub(crate) enum Step {
    /// Time goes by.
    Wait(Duration),
    /// The request leaves.
    Leave,
    /// The head of the response arrives; what follows is its body.
    Head(StatusCode, Box<HeaderMap>),
    /// A piece of the body.
    Data(Bytes),
    /// A piece of the body that is not data.
    Trailers(Box<HeaderMap>),
    /// The transport reports its phase and its peer.
    Busy(Phase, Option<&'static str>),
    /// The exchange breaks.
    Fail(TransportError),
    /// Nothing happens any more.
    Never,
    /// The transport panics.
    Panic,
    /// The test does something at this moment.
    Run(Box<dyn FnOnce() + Send>),
}

/// A script of steps. `before_*` come before the head, the rest is appended in the order of the calls.
pub(crate) struct Exchange {
    before: VecDeque<Step>,
    head: Option<(StatusCode, HeaderMap)>,
    after: VecDeque<Step>,
}

/// The server answers with this status, at once and with an empty body unless told otherwise.
pub(crate) fn reply(status: u16) -> Exchange {
    let status = StatusCode::from_u16(status).expect("a status");
    Exchange {
        before: [Step::Leave].into(),
        head: Some((status, HeaderMap::new())),
        after: VecDeque::new(),
    }
}

/// The exchange fails before a byte has left.
pub(crate) fn fails(failure: Failure) -> Exchange {
    Exchange {
        before: VecDeque::new(),
        head: None,
        after: [Step::Fail(scripted(failure))].into(),
    }
}

/// The exchange fails before a byte has left, with this error.
pub(crate) fn fails_with(error: TransportError) -> Exchange {
    Exchange {
        before: VecDeque::new(),
        head: None,
        after: [Step::Fail(error)].into(),
    }
}

fn scripted(failure: Failure) -> TransportError {
    TransportError::new(failure, format!("scripted {failure:?}"))
}

/// Nothing comes back, and nothing has left unless told otherwise.
pub(crate) fn never() -> Exchange {
    Exchange {
        before: VecDeque::new(),
        head: None,
        after: [Step::Never].into(),
    }
}

/// The transport has a bug.
pub(crate) fn panics() -> Exchange {
    Exchange {
        before: VecDeque::new(),
        head: None,
        after: [Step::Panic].into(),
    }
}

impl Exchange {
    /// The request has left before what is scripted.
    pub(crate) fn sent(mut self) -> Self {
        self.before.push_back(Step::Leave);
        self
    }

    /// Time goes by between what was scripted before the head and the head.
    pub(crate) fn after(mut self, time: Duration) -> Self {
        self.before.push_back(Step::Wait(time));
        self
    }

    /// From now on the transport is in this phase, with the server or proxy of this name.
    pub(crate) fn busy(mut self, phase: Phase, peer: Option<&'static str>) -> Self {
        self.before.push_back(Step::Busy(phase, peer));
        self
    }

    /// The connection takes this long; the request leaves after it.
    pub(crate) fn connects_in(mut self, time: Duration) -> Self {
        self.before.push_front(Step::Wait(time));
        self
    }

    /// Adds a header to the response.
    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let (_, headers) = self.head.as_mut().expect("a response");
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).expect("a header name"),
            HeaderValue::from_bytes(value.as_ref()).expect("a header value"),
        );
        self
    }

    /// Sets the server's ID of the request.
    pub(crate) fn id(self, id: &str) -> Self {
        self.header("x-request-id", id)
    }

    /// Adds a piece of the body.
    pub(crate) fn body(mut self, data: impl Into<Bytes>) -> Self {
        self.after.push_back(Step::Data(data.into()));
        self
    }

    /// Adds trailers to the body.
    pub(crate) fn trailers(mut self, trailers: HeaderMap) -> Self {
        self.after.push_back(Step::Trailers(Box::new(trailers)));
        self
    }

    /// The body pauses.
    pub(crate) fn pause(mut self, time: Duration) -> Self {
        self.after.push_back(Step::Wait(time));
        self
    }

    /// The body never goes on.
    pub(crate) fn stalled(mut self) -> Self {
        self.after.push_back(Step::Never);
        self
    }

    /// The connection breaks within the body.
    pub(crate) fn cut(self) -> Self {
        self.cut_by(Failure::Broken)
    }

    /// The exchange fails like this within the body.
    pub(crate) fn cut_by(mut self, failure: Failure) -> Self {
        let step = Step::Fail(scripted(failure));
        self.after.push_back(step);
        self
    }

    /// The test does something within the body.
    pub(crate) fn then(mut self, action: impl FnOnce() + Send + 'static) -> Self {
        self.after.push_back(Step::Run(Box::new(action)));
        self
    }

    /// The transport panics within the body.
    pub(crate) fn then_panics(mut self) -> Self {
        self.after.push_back(Step::Panic);
        self
    }

    /// All of it in order.
    pub(crate) fn steps(self) -> VecDeque<Step> {
        let mut steps = self.before;
        steps.extend(
            self.head
                .map(|(status, headers)| Step::Head(status, Box::new(headers))),
        );
        steps.extend(self.after);
        steps
    }
}
