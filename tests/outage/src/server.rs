//! The simulated server, and its transport.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::combinators::MapErr;
use http_body_util::{BodyExt as _, Full};
use reqtrail::{Reply, Sleep, Transport, TransportError, WireRequest};
use tokio::time::Instant;

use crate::{Load, OUTAGE};

/// The time that a response takes.
const LATENCY: Duration = Duration::from_millis(20);

/// Responds with 200, and with 503 during the outage.
#[derive(Debug)]
pub(crate) struct Server {
    start: Instant,
    load: Mutex<Load>,
}

impl Server {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            load: Mutex::default(),
        }
    }

    pub(crate) fn start(&self) -> Instant {
        self.start
    }

    pub(crate) fn call_begins(&self) {
        let mut load = self.load.lock().unwrap_or_else(PoisonError::into_inner);
        Load::add(&mut load.calls, self.start);
    }

    pub(crate) fn load(&self) -> Load {
        std::mem::take(&mut *self.load.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn answer(&self) -> StatusCode {
        let mut load = self.load.lock().unwrap_or_else(PoisonError::into_inner);
        Load::add(&mut load.requests, self.start);
        let seconds = self.start.elapsed().as_secs() as usize;
        if (OUTAGE.0..OUTAGE.1).contains(&seconds) {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::OK
        }
    }
}

/// A transport to the server without a network.
#[derive(Debug)]
pub(crate) struct SimulatedTransport(Arc<Server>);

impl SimulatedTransport {
    pub(crate) fn new(server: Arc<Server>) -> Self {
        Self(server)
    }
}

impl Transport for SimulatedTransport {
    type Body = MapErr<Full<Bytes>, fn(Infallible) -> TransportError>;

    fn now(&self) -> std::time::Instant {
        Instant::now().into_std()
    }

    fn sleep_until(&self, at: std::time::Instant) -> Sleep {
        Sleep::new(tokio::time::sleep_until(at.into()))
    }

    async fn exchange(&self, request: WireRequest) -> Result<Reply<Self::Body>, TransportError> {
        request.sent.mark();
        let status = self.0.answer();
        tokio::time::sleep(LATENCY).await;
        let never: fn(Infallible) -> TransportError = |never| match never {};
        let body = Full::new(Bytes::new()).map_err(never);
        Ok(Reply::new(status, HeaderMap::new(), body))
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(task);
    }
}
