//! A program that writes very many records to its journal from several threads.
//!
//! `flood THREADS FAILURES SUCCESSES MAX_BYTES`, with the journal of `REQTRAIL_JOURNAL`. Each thread makes FAILURES calls that
//! fail, then SUCCESSES POSTs that succeed, without a network. The policy is `all`.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::io::Write as _;
use std::pin::Pin;
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::combinators::MapErr;
use http_body_util::{BodyExt as _, Full};
use reqtrail::{
    Client, JournalPolicy, JournalSync, Reply, Sleep, Transport, TransportError, WireRequest,
};

/// Responds at once: to a POST with 201, to everything else with 404.
struct Instantly;

impl Transport for Instantly {
    type Body = MapErr<Full<Bytes>, fn(Infallible) -> TransportError>;

    async fn exchange(&self, request: WireRequest) -> Result<Reply<Self::Body>, TransportError> {
        request.sent.mark();
        let status = match request.method.as_str() {
            "POST" => StatusCode::CREATED,
            _ => StatusCode::NOT_FOUND,
        };
        let mut headers = HeaderMap::new();
        let id = HeaderValue::from_static("req_01HK3Z9YF7W7E8PM5QKT9DYXWR");
        headers.insert("x-request-id", id);
        let no_error: fn(Infallible) -> TransportError = |never| match never {};
        Ok(Reply::new(
            status,
            headers,
            Full::default().map_err(no_error),
        ))
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep_until(&self, _: Instant) -> Sleep {
        // No response takes time, so nothing waits.
        Sleep::new(std::future::pending())
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        drop(task);
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let mut number = || -> Result<u64, Box<dyn Error>> {
        let word = words
            .next()
            .ok_or("usage: flood THREADS FAILURES SUCCESSES MAX_BYTES")?;
        Ok(word.parse()?)
    };
    let (threads, failures, successes, max_bytes) = (number()?, number()?, number()?, number()?);
    let client = Client::novavms("https://novavms.example/api/v1")
        .journal_policy(JournalPolicy::All)
        .journal_max_bytes(max_bytes)
        // With its own thread, the journal counts the records that it has to drop, and continues.
        .journal_sync(JournalSync::Always)
        .build_blocking_with(Instantly)?;
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for _ in 0..failures {
                    let _ = client.get("/cameras/{id}").param("id", "7").send();
                }
                for _ in 0..successes {
                    let _ = client.post("/cameras").send();
                }
            });
        }
    });
    let journal = client
        .recorder()
        .stats()
        .journal
        .ok_or("there is no journal")?;
    writeln!(std::io::stdout(), "{} {}", journal.records, journal.lost)?;
    Ok(())
}
