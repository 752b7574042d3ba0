//! Makes connections. They belong to no caller: one that gives up does not end them.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Weak};

use futures_util::FutureExt as _;

use super::{Grant, Pool};
use crate::transport::hyper::dial::DialState;
use crate::transport::hyper::http1::Http1;
use crate::transport::hyper::pool::http2::Http2;
use crate::transport::hyper::spawn::{Spawner, not_enabled};
use crate::transport::{Failure, TransportError};

/// A new connection.
pub(super) enum Connected {
    Http1(Box<Http1>),
    Http2(Http2),
}

/// Makes a connection and passes it to the pool.
pub(super) async fn connect(pool: Arc<Pool>, end: DialEnd) {
    let Some(dial) = end.dial.clone() else {
        return;
    };
    let result = AssertUnwindSafe(connected(&pool, &dial))
        .catch_unwind()
        .await;
    let (result, driver) = match result.unwrap_or_else(|panic| Err(panicked(&*panic))) {
        Ok((connected, driver)) => (Ok(connected), driver),
        Err(error) => (Err(error), None),
    };
    end.finish(&pool, result);
    // The driver does not keep an unused pool alive.
    drop(pool);
    if let Some(driver) = driver {
        driver.await;
    }
}

/// The error of a panic while a connection was made.
fn panicked(panic: &(dyn Any + Send)) -> TransportError {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref().map(String::as_str));
    // There is no query for whether a runtime has I/O; one without panics.
    if text.is_some_and(|text| text.contains("IO is disabled")) {
        return not_enabled("I/O");
    }
    let what = "no connection: reqtrail panicked while it was made; please report this";
    TransportError::new(Failure::Unusable, what)
}

type Driver = Pin<Box<dyn Future<Output = ()> + Send>>;

async fn connected(
    pool: &Arc<Pool>,
    dial: &DialState,
) -> Result<(Connected, Option<Driver>), TransportError> {
    let dialled = pool.dialer.dial(dial).await?;
    if dialled.http2 {
        let (conn, driver) = Http2::start(dialled, pool).await?;
        return Ok((Connected::Http2(conn), Some(Box::pin(driver))));
    }
    Ok((Connected::Http1(Http1::start(dialled).await?), None))
}

/// Notifies the pool of how a dial ended, also if its runtime ended first.
pub(super) struct DialEnd {
    pub(super) pool: Weak<Pool>,
    pub(super) spawner: Spawner,
    pub(super) dial: Option<Arc<DialState>>,
}

impl DialEnd {
    fn finish(mut self, pool: &Arc<Pool>, result: Result<Connected, TransportError>) {
        if let Some(dial) = self.dial.take() {
            pool.dialled(&self.spawner, &dial, result);
        }
    }
}

impl Drop for DialEnd {
    fn drop(&mut self) {
        if let (Some(dial), Some(pool)) = (self.dial.take(), self.pool.upgrade()) {
            let what = "no connection: the runtime that was making it has ended";
            let error = TransportError::new(Failure::Connect, what);
            let mut state = pool.state();
            state.dials.retain(|known| !Arc::ptr_eq(known, &dial));
            let waiter = state.waiters.pop();
            drop(state);
            if let Some(waiter) = waiter {
                pool.hand(&waiter, Grant::Failed(error));
            }
            pool.serve(None);
        }
    }
}
