//! Connections: kept, closed by the server, cut in the middle of a request.

use std::sync::Arc;
use std::time::Duration;

use reqtrail::{ErrorKind, Sent, StopReason};
use tokio::sync::Notify;

use crate::support::{
    Act, Authority, LONG, Log, Outcome, Server, Tls, assert_agrees, assert_failed,
    assert_succeeded, builder, h2_server, http1, notes, trail,
};

const BROKEN: (&str, Sent) = ("transport", Sent::Unknown);
const OK: (&str, Sent) = ("200", Sent::Yes);

/// Shorter than [`LONG`] by far, and long enough to show in a trail.
const SHORT: Duration = Duration::from_millis(100);

/// Fails a test that would hang.
async fn within<F: Future>(what: &str, future: F) -> F::Output {
    let done = tokio::time::timeout(LONG, future).await;
    done.unwrap_or_else(|_| panic!("not within {LONG:?}: {what}"))
}

fn agrees(log: &Log, outcomes: &[&Outcome]) {
    let trails: Vec<_> = outcomes.iter().map(|outcome| trail(outcome)).collect();
    assert_agrees(log, &trails);
}

/// A server that closes each connection after its first answer without having said so, and tells when the client has
/// noticed.
async fn closing_server(noticed: &Arc<Notify>) -> Server {
    let noticed = Arc::clone(noticed);
    Server::start(move |number, mut socket, log| {
        let noticed = Arc::clone(&noticed);
        async move {
            if let Some(place) = http1::next_request(&mut socket, number, &log).await? {
                http1::answer(&mut socket, &log, place).await?;
                // The client closes its side when it sees that the server's is closed.
                http1::finish(&mut socket).await?;
                noticed.notify_one();
            }
            Ok(())
        }
    })
    .await
}

#[tokio::test]
async fn an_idle_connection_that_the_server_closed_is_not_used() {
    let noticed = Arc::new(Notify::new());
    let server = closing_server(&noticed).await;
    let client = builder(server.http()).build().expect("a client");
    let mut outcomes = Vec::new();
    for _ in 0..10 {
        let get = client.get("/things").send().await;
        within("the close is noticed", noticed.notified()).await;
        let post = client.post("/things").body("{}").send().await;
        within("the close is noticed", noticed.notified()).await;
        outcomes.extend([get, post]);
    }
    for outcome in &outcomes {
        assert_succeeded(outcome, &[OK]);
    }
    assert_eq!(server.log().connections(), Vec::from_iter(1..=20));
    agrees(server.log(), &outcomes.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_connection_is_reused() {
    let authority = Authority::new();
    let plain = Server::plain().await;
    let secure = Tls::new(authority.server()).serve().await;
    for (server, base) in [(&plain, plain.http()), (&secure, secure.https())] {
        let client = builder(base).extra_ca(authority.pem.clone());
        let client = client.build().expect("a client");
        let get = client.get("/things").send().await;
        let post = client.post("/things").body("{}").send().await;
        assert_succeeded(&get, &[OK]);
        assert_succeeded(&post, &[OK]);
        assert_eq!(server.log().connections(), [1, 1]);
        agrees(server.log(), &[&get, &post]);
    }
}

#[tokio::test]
async fn max_idle_zero_keeps_no_connection() {
    let server = Server::plain().await;
    let client = builder(server.http()).pool_max_idle(0);
    let client = client.build().expect("a client");
    let first = client.post("/things").body("{}").send().await;
    let second = client.post("/things").body("{}").send().await;
    assert_eq!(server.log().connections(), [1, 2]);
    agrees(server.log(), &[&first, &second]);
}

#[tokio::test]
async fn the_client_closes_a_connection_that_is_idle_for_too_long() {
    let closed = Arc::new(Notify::new());
    let tell = Arc::clone(&closed);
    let server = Server::start(move |number, mut socket, log| {
        let tell = Arc::clone(&tell);
        async move {
            http1::serve(&mut socket, number, &log).await?;
            tell.notify_one();
            Ok(())
        }
    })
    .await;
    let client = builder(server.http()).pool_idle_timeout(Duration::from_millis(1));
    let client = client.build().expect("a client");
    let first = client.get("/things").send().await;
    within("the connection is closed", closed.notified()).await;
    let second = client.post("/things").body("{}").send().await;
    assert_succeeded(&first, &[OK]);
    assert_succeeded(&second, &[OK]);
    assert_eq!(server.log().connections(), [1, 2]);
    agrees(server.log(), &[&first, &second]);
}

/// A server that answers as many requests of a connection as `good` says, and cuts it after the next one's head.
async fn cutting_server(good: usize) -> Server {
    Server::start(move |number, mut socket, log| async move {
        for _ in 0..good {
            if let Some(place) = http1::next_request(&mut socket, number, &log).await? {
                http1::answer(&mut socket, &log, place).await?;
            }
        }
        if let Some(head) = http1::read_head(&mut socket).await? {
            log.enter(head.seen(number));
            socket.set_zero_linger()?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_connection_that_is_cut_while_the_request_is_written_leaves_the_outcome_unknown() {
    // More than the buffers of a connection hold.
    let large = vec![b'x'; 16 * 1024 * 1024];
    for good in [0, 1] {
        let server = cutting_server(good).await;
        let client = builder(server.http()).build().expect("a client");
        let mut outcomes = Vec::new();
        for _ in 0..good {
            outcomes.push(client.get("/things").send().await);
        }
        let cut = client.post("/things").body(large.clone()).send().await;
        let (kind, why) = (ErrorKind::Transport, StopReason::UnsafeToRetry);
        assert_failed(&cut, kind, why, &[BROKEN]);
        assert!(cut.as_ref().expect_err("an error").may_have_been_sent());
        assert_eq!(server.log().len(), good + 1);
        outcomes.push(cut);
        agrees(server.log(), &outcomes.iter().collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_safe_request_is_repeated_when_its_connection_is_cut() {
    let server = Server::start(|number, mut socket, log| async move {
        if number == 1 {
            let head = http1::read_head(&mut socket).await?;
            log.enter(head.expect("a request").seen(number));
            return socket.set_zero_linger();
        }
        http1::serve(&mut socket, number, &log).await
    })
    .await;
    let client = builder(server.http()).build().expect("a client");
    let outcome = client.put("/things").body(vec![b'x'; 1 << 20]).send().await;
    assert_succeeded(&outcome, &[BROKEN, OK]);
    assert_eq!(notes(trail(&outcome)), ["may_have_succeeded"]);
    assert_eq!(server.log().len(), 2);
    agrees(server.log(), &[&outcome]);
}

#[tokio::test]
async fn a_new_http2_connection_replaces_a_cut_one() {
    let authority = Authority::new();
    let act = |n| match n {
        1 => Act::GoAway {
            last: 3,
            reason: h2::Reason::NO_ERROR,
        },
        _ => Act::Answer,
    };
    let server = h2_server(&authority, act).await;
    let client = builder(server.https()).extra_ca(authority.pem);
    let client = client.build().expect("a client");
    let first = client.get("/things").send().await;
    let cut = client.get("/things").send().await;
    let last = client.post("/things").body("{}").send().await;
    assert_succeeded(&first, &[OK]);
    assert_succeeded(&cut, &[BROKEN, OK]);
    assert_succeeded(&last, &[OK]);
    assert_eq!(server.log().connections(), [1, 1, 2, 2]);
    agrees(server.log(), &[&first, &cut, &last]);
}

#[tokio::test]
async fn a_request_that_is_not_answered_in_time_may_have_been_sent() {
    let server = Server::start(|number, mut socket, log| async move {
        if let Some(place) = http1::next_request(&mut socket, number, &log).await? {
            http1::answer(&mut socket, &log, place).await?;
        }
        http1::next_request(&mut socket, number, &log).await?;
        // The client gives up, and its connection with it.
        tokio::io::copy(&mut socket, &mut tokio::io::sink()).await?;
        Ok(())
    })
    .await;
    let client = builder(server.http()).build().expect("a client");
    // The second request finds an existing connection, so that none of its time goes into making one.
    let first = client.get("/things").send().await;
    let slow = client.post("/things").body("{}").attempt_timeout(SHORT);
    let slow = slow.send().await;
    assert_succeeded(&first, &[OK]);
    let (kind, why) = (ErrorKind::Timeout, StopReason::UnsafeToRetry);
    assert_failed(&slow, kind, why, &[("timeout", Sent::Unknown)]);
    assert_eq!(server.log().connections(), [1, 1]);
    agrees(server.log(), &[&first, &slow]);
}
