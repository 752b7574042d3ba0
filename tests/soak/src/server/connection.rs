//! One connection: read a request, log it, treat it as was drawn, go on or end.

use std::io;
use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::House;
use super::answer::{Then, script};
use super::request::{Reader, Request};
use crate::checks::Check;
use crate::conduct::{Conduct, Kind, Unread};
use crate::ledger::{Answer, Row, Tag};

/// How long a connection that is over, or that stalls, waits for the client to go away.
const PATIENCE: Duration = Duration::from_secs(20);

/// Serves until either side ends it.
pub(super) async fn serve(mut stream: TcpStream, house: &House, number: u64) -> io::Result<()> {
    let mut reader = Reader::default();
    for nth in 0.. {
        if let Some(how) = Unread::draw(house.seed, number, nth) {
            if stream.peek(&mut [0]).await? == 0 {
                return Ok(());
            }
            house.ledger.unread(how.name());
            return match how {
                Unread::Close => finish(stream).await,
                Unread::Reset => reset(&stream),
            };
        }
        let request = match reader.next(&mut stream).await? {
            Ok(request) => request,
            Err(what) => {
                house.ledger.look(Check::Logged, Err(what));
                return Ok(());
            }
        };
        match answer(&mut stream, house, &request).await? {
            Then::Keep => {}
            Then::CloseIn(delay) => {
                sleep(delay).await;
                // Closed with a request unread, the kernel answers that with RST.
                return stream.shutdown().await;
            }
            Then::Close => return finish(stream).await,
            Then::Reset => return reset(&stream),
            Then::Hold => return hold(stream).await,
        }
    }
    Ok(())
}

async fn answer(stream: &mut TcpStream, house: &House, request: &Request) -> io::Result<Then> {
    let Request {
        verb, call, span, ..
    } = *request;
    let conduct = Conduct::draw(house.seed, call, house.ledger.rows_of(call), verb);
    let id = house.next_id();
    // Logged before the first byte of the answer: whatever a client knows of a request is in the log by then.
    let row = Row {
        span,
        at: Instant::now(),
        verb,
        token: request.token,
        answer: conduct.kind.answers().then(|| told(&conduct, id)),
        may_be_processed: conduct.kind.may_process(),
    };
    house.ledger.log(call, row, conduct.kind.name());
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

/// The log's note of an answer.
fn told(conduct: &Conduct, id: Tag) -> Answer {
    Answer {
        status: conduct.status,
        id: (conduct.kind != Kind::NoId).then_some(id),
        id_in_body: conduct.kind == Kind::ErrorIdInBody,
        told: conduct.told.wait(),
    }
}

/// Sends FIN and waits until the client goes away: closing with unread bytes would send RST, which could destroy
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
