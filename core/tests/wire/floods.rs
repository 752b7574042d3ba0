//! HTTP/2 servers that flood their client, or starve it: the call ends, memory stays bounded, and the next call works.

use std::io;
use std::time::Duration;

use http::StatusCode;
use reqtrail::ErrorKind;

use crate::support::frames::{
    ACK, CONTINUATION, DATA, END_HEADERS, Frame, HEADERS, INITIAL_WINDOW_SIZE, PING, RST_STREAM,
    Raw, SETTINGS, WINDOW_UPDATE, Wire,
};
use crate::support::{Authority, LONG, Outcome, builder, trail};

/// How many frames make a flood.
const MANY: usize = 200_000;

/// Far below what a flood would take if it were kept, and above what the other tests of this process use meanwhile.
const MEMORY: usize = 256 * 1024 * 1024;

/// The time of an attempt that a flood cannot end sooner.
const SHORT: Duration = Duration::from_millis(500);

/// What a server does to the first request of its first connection.
#[derive(Clone, Copy, Debug)]
enum Flood {
    /// Without end the same frame, for the stream of the request or for the connection.
    Same {
        kind: u8,
        flags: u8,
        on_stream: bool,
        payload: &'static [u8],
    },
    /// A header block that never ends, in CONTINUATION frames of this many bytes.
    Continuations(usize),
    /// A whole header block of this many bytes.
    Headers(usize),
    /// A body of many empty frames.
    EmptyData,
    /// Window updates that overflow, of the stream or of the connection.
    Overflow { on_stream: bool },
    /// Never a window for the body.
    NoWindow,
    /// Streams that the client has not opened.
    Unknown,
}

/// The resident memory of this process; 0 where the system does not say.
fn memory() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}

async fn play(flood: Flood, wire: &mut Wire) -> io::Result<()> {
    let stream = wire.read_until(HEADERS).await?.stream;
    let piece = |frame: &Frame| frame.to_bytes().repeat(100);
    match flood {
        Flood::Same {
            kind,
            flags,
            on_stream,
            payload,
        } => {
            let on = if on_stream { stream } else { 0 };
            let bytes = piece(&Frame::new(kind, flags, on, payload));
            for _ in 0..MANY / 100 {
                wire.write_bytes(&bytes).await?;
            }
        }
        Flood::Continuations(bytes) => {
            wire.write(&[Frame::new(HEADERS, 0, stream, [0x88])])
                .await?;
            let part = piece(&Frame::new(CONTINUATION, 0, stream, vec![0x88; bytes]));
            for _ in 0..MANY / 100 {
                wire.write_bytes(&part).await?;
            }
        }
        Flood::Headers(bytes) => {
            // Literal fields that are not indexed: name `x`, value of 100 bytes (RFC 7541 §6.2.2).
            let field = [&[0x00, 1, b'x', 100][..], &[b'v'; 100]].concat();
            let block = [&[0x88][..], &field.repeat(bytes / 100)].concat();
            let mut parts = block.chunks(16_000).peekable();
            let mut kind = HEADERS;
            while let Some(part) = parts.next() {
                let end = if parts.peek().is_none() {
                    END_HEADERS
                } else {
                    0
                };
                wire.write(&[Frame::new(kind, end, stream, part)]).await?;
                kind = CONTINUATION;
            }
        }
        Flood::EmptyData => {
            wire.write(&[Frame::new(HEADERS, END_HEADERS, stream, [0x88])])
                .await?;
            let bytes = piece(&Frame::new(DATA, 0, stream, []));
            for _ in 0..MANY / 100 {
                wire.write_bytes(&bytes).await?;
            }
        }
        Flood::Overflow { on_stream } => {
            let on = if on_stream { stream } else { 0 };
            let most = 0x7fff_ffffu32.to_be_bytes();
            wire.write(&[
                Frame::new(WINDOW_UPDATE, 0, on, most),
                Frame::new(WINDOW_UPDATE, 0, on, most),
            ])
            .await?;
        }
        Flood::NoWindow => {}
        Flood::Unknown => {
            for n in 0..1000u32 {
                let frame = Frame::new(HEADERS, END_HEADERS, stream + 2 * n + 2, [0x88]);
                wire.write(&[frame]).await?;
            }
        }
    }
    // Pings are answered, so that the connection does not count as dead.
    loop {
        let frame = wire.read().await?;
        if frame.is_new(PING) {
            wire.write(&[Frame::new(PING, ACK, 0, frame.payload)])
                .await?;
        }
        if frame.kind == HEADERS {
            wire.write(&[Frame::answer(frame.stream)]).await?;
            return wire.serve().await;
        }
    }
}

/// Calls through a flood, and then again.
async fn survive(flood: Flood) -> Outcome {
    let authority = Authority::new();
    const NO_WINDOW: &[(u16, u32)] = &[(INITIAL_WINDOW_SIZE, 0)];
    let settings = match flood {
        Flood::NoWindow => NO_WINDOW,
        _ => &[],
    };
    let raw = Raw::start(&authority, settings, move |number, mut wire| async move {
        match number {
            1 => play(flood, &mut wire).await,
            _ => wire.serve().await,
        }
    })
    .await;
    let client = builder(raw.server.https()).extra_ca(authority.pem);
    let client = client.max_attempts(1).build().expect("a client");
    let time = match flood {
        Flood::Headers(_) => LONG,
        _ => SHORT,
    };
    let before = memory();
    let call = client
        .post("/things")
        .body(vec![b'x'; 100_000])
        .attempt_timeout(time);
    let call = tokio::time::timeout(LONG, call.send())
        .await
        .expect("an end");
    let grown = memory().saturating_sub(before);
    assert!(grown < MEMORY, "{flood:?}: {grown} bytes more");
    for _ in 0..3 {
        // The first one may still meet the flood.
        let next = client.get("/things").max_attempts(4).send();
        let next = tokio::time::timeout(LONG, next).await.expect("an end");
        assert!(next.is_ok(), "{flood:?}: {}", trail(&next));
    }
    assert!(raw.server.connections() <= 2, "{flood:?}");
    call
}

#[tokio::test]
async fn frames_without_end_are_survived() {
    const PINGS: [u8; 8] = [7; 8];
    for (kind, flags, on_stream, payload) in [
        (RST_STREAM, 0, true, &[0, 0, 0, 8][..]),
        (PING, 0, false, &PINGS),
        (PING, ACK, false, &PINGS),
        (SETTINGS, 0, false, &[]),
        (SETTINGS, 0, false, &[0, 4, 0, 1, 0, 0]),
        (SETTINGS, ACK, false, &[]),
        (WINDOW_UPDATE, 0, false, &[0, 0, 0, 1]),
        (WINDOW_UPDATE, 0, true, &[0, 0, 0, 1]),
        // A kind that nobody knows.
        (0xbb, 0, false, &[1, 2, 3]),
    ] {
        let flood = Flood::Same {
            kind,
            flags,
            on_stream,
            payload,
        };
        let call = survive(flood).await;
        assert!(call.is_err(), "{flood:?}");
    }
}

#[tokio::test]
async fn header_blocks_without_end_are_survived() {
    for flood in [
        Flood::Continuations(1000),
        Flood::Continuations(1),
        Flood::Continuations(0),
    ] {
        assert!(survive(flood).await.is_err(), "{flood:?}");
    }
    // The library gives up the connection, and cannot say which of its streams it was.
    let call = survive(Flood::Headers(4 * 1024 * 1024)).await;
    assert!(call.is_err());
    let call = survive(Flood::Headers(512 * 1024)).await;
    let last = trail(&call).last().expect("an attempt");
    assert_eq!(
        (last.failure(), last.status()),
        (Some(ErrorKind::TooLarge), Some(StatusCode::OK)),
        "{}",
        trail(&call)
    );
}

#[tokio::test]
async fn windows_that_never_open_or_burst_are_survived() {
    for flood in [
        Flood::NoWindow,
        Flood::Overflow { on_stream: true },
        Flood::Overflow { on_stream: false },
    ] {
        assert!(survive(flood).await.is_err(), "{flood:?}");
    }
}

#[tokio::test]
async fn data_and_streams_out_of_place_are_survived() {
    for flood in [Flood::EmptyData, Flood::Unknown] {
        assert!(survive(flood).await.is_err(), "{flood:?}");
    }
}
