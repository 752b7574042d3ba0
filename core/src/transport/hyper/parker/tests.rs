//! Wakes at any moment of a wait, and what ended waits leave behind.

use std::future::poll_fn;
use std::io::Write as _;
use std::os::unix::net::UnixStream as StdStream;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use tokio::io::{AsyncRead as _, ReadBuf};

use super::*;
use crate::transport::hyper::socket::{Socket, waited};

/// Ends a test that hangs, and decides nothing else.
const LONG: Duration = Duration::from_secs(20);

/// Waits for `count` to reach `wanted`.
fn reaches(count: &AtomicUsize, wanted: usize) {
    let end = Instant::now() + LONG;
    while count.load(Ordering::SeqCst) < wanted {
        assert!(Instant::now() < end, "wake {wanted} was lost");
        std::thread::yield_now();
    }
}

/// A socket that this thread may wait for, and its other end.
fn lent() -> (Socket, StdStream) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let _within = runtime.enter();
    let (own, other) = StdStream::pair().expect("a pair of sockets");
    own.set_nonblocking(true).expect("a socket");
    let socket = Socket::unix(tokio::net::UnixStream::from_std(own).expect("a socket"));
    socket.state().lend_to_thread().expect("a socket");
    (socket, other)
}

fn read(socket: &mut Socket, cx: &mut Context<'_>) -> Poll<usize> {
    let mut room = [0; 64];
    let mut buf = ReadBuf::new(&mut room);
    let polled = Pin::new(socket).poll_read(cx, &mut buf);
    polled.map(|read| read.map_or(0, |()| buf.filled().len()))
}

/// Wakes a waiting thread this many times, each time at another moment of its wait.
fn hand_over(times: usize, wait: impl Fn(&dyn Fn(&mut Context<'_>) -> Poll<()>) + Sync) {
    let (told, seen) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let waker = Mutex::<Option<Waker>>::default();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 1..=times {
                wait(&|cx| {
                    *waker.lock().expect("no panic") = Some(cx.waker().clone());
                    match told.load(Ordering::SeqCst) >= turn {
                        true => Poll::Ready(()),
                        false => Poll::Pending,
                    }
                });
                seen.store(turn, Ordering::SeqCst);
            }
        });
        for turn in 1..=times {
            // From before the check to long after the thread sleeps.
            for _ in 0..turn * 7 % 2000 {
                std::hint::spin_loop();
            }
            told.store(turn, Ordering::SeqCst);
            let waker = waker.lock().expect("no panic").take();
            waker.inspect(Waker::wake_by_ref);
            reaches(&seen, turn);
        }
    });
}

#[test]
fn no_wake_of_a_thread_that_sleeps_is_lost() {
    for wakers in [Wakers::Own, Wakers::Others] {
        hand_over(20_000, |look| {
            block_on(pin!(poll_fn(|cx| look(cx))), wakers, None, || {});
        });
    }
}

#[test]
fn no_wake_of_a_thread_that_waits_for_sockets_is_lost() {
    let (socket, _other) = lent();
    let socket = Mutex::new(socket);
    hand_over(10_000, |look| {
        let mut socket = socket.lock().expect("no panic");
        let work = poll_fn(|cx| {
            // Nothing ever comes: only the wake ends the wait.
            assert!(read(&mut socket, cx).is_pending());
            look(cx)
        });
        block_on(pin!(work), Wakers::Others, None, || {});
    });
}

#[test]
fn every_byte_is_noticed() {
    const TIMES: usize = 10_000;
    for wakers in [Wakers::Own, Wakers::Others] {
        let (mut socket, mut other) = lent();
        let seen = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut all = 0;
                while all < TIMES {
                    let work = poll_fn(|cx| read(&mut socket, cx));
                    all += block_on(pin!(work), wakers, None, || {});
                    seen.store(all, Ordering::SeqCst);
                }
            });
            for turn in 1..=TIMES {
                for _ in 0..turn * 7 % 2000 {
                    std::hint::spin_loop();
                }
                other.write_all(b"x").expect("somebody reads");
                reaches(&seen, turn);
            }
        });
    }
}

#[test]
fn a_socket_that_is_gone_is_not_kept_open_by_a_wait() {
    let (mut socket, other) = lent();
    let (next, _its_other) = lent();
    let mut next = Some(next);
    let work = poll_fn(|cx| {
        if let Some(next) = next.take() {
            assert!(read(&mut socket, cx).is_pending());
            // The attempt is over, the call is not.
            socket = next;
            assert!(read(&mut socket, cx).is_pending());
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        // Its end is there to be read: nothing keeps the first socket.
        other.set_nonblocking(true).expect("a socket");
        Poll::Ready((&other).read(&mut [0; 1]))
    });
    let read = block_on(pin!(work), Wakers::Own, None, || {});
    assert_eq!(read.expect("the end of the stream"), 0);
}

#[test]
fn a_poll_outside_of_a_call_notes_nothing() {
    let (mut socket, other) = lent();
    assert!(read(&mut socket, &mut Context::from_waker(Waker::noop())).is_pending());
    drop(socket);
    other.set_nonblocking(true).expect("a socket");
    assert_eq!((&other).read(&mut [0; 1]).expect("the end"), 0);
    assert!(waited::is_empty());
}

/// Like decoding, which yields to others.
fn wakes_itself(cx: &Context<'_>, began: Instant) -> Poll<()> {
    assert!(began.elapsed() < LONG, "it never ends");
    cx.waker().wake_by_ref();
    Poll::Pending
}

#[test]
fn a_call_that_wakes_itself_again_and_again_has_its_timers() {
    let began = Instant::now();
    let mut sleep = pin!(ThreadSleep::until(began + Duration::from_millis(5)));
    let work = poll_fn(|cx| match sleep.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(()),
        Poll::Pending => wakes_itself(cx, began),
    });
    block_on(pin!(work), Wakers::Own, None, || {});
}

#[test]
fn a_call_that_wakes_itself_again_and_again_can_be_interrupted() {
    let began = Instant::now();
    let stopped = std::cell::Cell::new(false);
    let work = poll_fn(|cx| match stopped.get() {
        true => Poll::Ready(()),
        false => wakes_itself(cx, began),
    });
    block_on(pin!(work), Wakers::Own, Some(&|| true), || {
        stopped.set(true);
    });
}

/// Threads of a pool make a call now and then. Until the next one they should hold no descriptors.
#[test]
fn a_thread_without_a_call_has_no_bell() {
    let (mut socket, mut other) = lent();
    let mut had_one = false;
    let work = poll_fn(|cx| {
        let polled = read(&mut socket, cx);
        if polled.is_pending() {
            // What it waits for is ready at once, and it waits with a pipe.
            other.write_all(b"x").expect("somebody reads");
        }
        polled
    });
    let inner = pin!(work);
    let parker = {
        let level = CallLevel::enter();
        let waker = Waker::from(Arc::clone(&level.parker));
        let mut cx = Context::from_waker(&waker);
        let mut inner = inner;
        assert!(inner.as_mut().poll(&mut cx).is_pending());
        level.parker.park(Wakers::Others, None, &|| {});
        had_one |= level.parker.lock().is_some();
        assert_eq!(inner.as_mut().poll(&mut cx), Poll::Ready(1));
        Arc::clone(&level.parker)
    };
    assert!(had_one, "a `poll` has one");
    assert!(parker.lock().is_none());
}
