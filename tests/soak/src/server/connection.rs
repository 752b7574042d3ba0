//! One connection: reads a request, logs it, treats it as drawn, and continues or ends.

use std::io;
use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::Shared;
use super::request::{Reader, Request};
use super::response::{Afterwards, script};
use crate::checks::Check;
use crate::conduct::{Conduct, Kind, Unread};
use crate::ledger::{Answer, Row, Tag};

/// How long a connection that has ended or stalls waits for the client to close it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Serves until either side ends it.
pub(super) async fn serve(mut stream: TcpStream, shared: &Shared, number: u64) -> io::Result<()> {
    let mut reader = Reader::default();
    for nth in 0.. {
        if let Some(how) = Unread::draw(shared.seed, number, nth) {
            if stream.peek(&mut [0]).await? == 0 {
                return Ok(());
            }
            shared.ledger.unread(how.name());
            return match how {
                Unread::Close => finish(stream).await,
                Unread::Reset => reset(&stream),
            };
        }
        let request = match reader.next(&mut stream).await? {
            Ok(request) => request,
            Err(what) => {
                shared.ledger.record(Check::Logged, Err(what));
                return Ok(());
            }
        };
        match answer(&mut stream, shared, &request).await? {
            Afterwards::Keep => {}
            Afterwards::CloseIn(delay) => {
                sleep(delay).await;
                // If a request is unread, the kernel sends RST.
                return stream.shutdown().await;
            }
            Afterwards::Close => return finish(stream).await,
            Afterwards::Reset => return reset(&stream),
            Afterwards::Hold => return hold(stream).await,
        }
    }
    Ok(())
}

async fn answer(
    stream: &mut TcpStream,
    shared: &Shared,
    request: &Request,
) -> io::Result<Afterwards> {
    let Request {
        verb, call, span, ..
    } = *request;
    let conduct = Conduct::draw(shared.seed, call, shared.ledger.rows_of(call), verb);
    let id = shared.next_id();
    // Logged before the first byte of the response, so that the log has every request that a client can know about.
    let row = Row {
        span,
        at: Instant::now(),
        verb,
        token: request.token,
        answer: conduct.kind.responds().then(|| logged_answer(&conduct, id)),
        may_be_processed: conduct.kind.may_process(),
    };
    shared.ledger.log(call, row, conduct.kind.name());
    let script = script(&conduct, verb, call, id);
    let mut rest = &script.bytes[..];
    if let Some((at, pause)) = script.pause {
        stream.write_all(&rest[..at]).await?;
        rest = &rest[at..];
        sleep(pause).await;
    }
    stream.write_all(rest).await?;
    Ok(script.then)
}

/// Returns the response for the log.
fn logged_answer(conduct: &Conduct, id: Tag) -> Answer {
    Answer {
        status: conduct.status,
        id: (conduct.kind != Kind::NoId).then_some(id),
        id_in_body: conduct.kind == Kind::ErrorIdInBody,
        retry_after: conduct.retry_after.wait(),
    }
}

/// Sends FIN and waits until the client closes the connection. Closing with unread bytes would send RST, which can discard
/// what the client has not read yet.
async fn finish(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    hold(stream).await
}

async fn hold(mut stream: TcpStream) -> io::Result<()> {
    let drained = async {
        let mut piece = [0; 4096];
        while stream.read(&mut piece).await? > 0 {}
        Ok(())
    };
    timeout(PATIENCE, drained).await.unwrap_or(Ok(()))
}

fn reset(stream: &TcpStream) -> io::Result<()> {
    // Dropping the stream then sends RST.
    SockRef::from(stream).set_linger(Some(Duration::ZERO))
}
