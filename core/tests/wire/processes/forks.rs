//! Forks: a child uses nothing of its parent's, and never waits for what the parent holds.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use reqtrail::{CancelToken, blocking};

use super::{call, client, report, run};
use crate::support::h2_server::{Options, with_options};
use crate::support::{Act, Authority, LONG, Server, Tls};

/// Forks; the child does its work and ends.
fn fork(work: impl FnOnce()) -> libc::pid_t {
    // SAFETY: what the child may do after a fork is what is tested here; it ends without running what a process runs
    // at its end.
    match unsafe { libc::fork() } {
        0 => exit(std::panic::catch_unwind(AssertUnwindSafe(work)).is_ok()),
        pid => pid,
    }
}

fn exit(good: bool) -> ! {
    // SAFETY: it ends the process, and nothing else.
    unsafe { libc::_exit(if good { 0 } else { 1 }) }
}

/// Waits for a child, and ends one that hangs.
fn join(pid: libc::pid_t) {
    let end = Instant::now() + LONG;
    let mut status = 0;
    loop {
        // SAFETY: the status is written to a valid variable.
        match unsafe { libc::waitpid(pid, &raw mut status, libc::WNOHANG) } {
            0 if Instant::now() > end => {
                // SAFETY: the child has not been waited for, so that the ID is its own.
                unsafe { libc::kill(pid, libc::SIGKILL) };
                panic!("the child {pid} hangs");
            }
            0 => std::thread::sleep(Duration::from_millis(2)),
            _ => break,
        }
    }
    assert!(
        libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
        "child {pid}: {status:#x}"
    );
}

/// Every connection was of one process, and no ID was used twice.
fn assert_apart(server: &Server, ids: &[String]) {
    let mut owners: HashMap<usize, String> = HashMap::new();
    let mut spans = HashSet::new();
    for row in server.log().rows() {
        let process = row.headers.get("x-process").expect("a process");
        let process = process.to_str().expect("text").to_owned();
        let owner = owners
            .entry(row.connection)
            .or_insert_with(|| process.clone());
        assert_eq!(*owner, process, "a connection of two processes");
        assert!(
            spans.insert(row.span().to_owned()),
            "a span ID of two attempts"
        );
    }
    let unique: HashSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "a call ID of two calls");
}

const FORKS: usize = 12;
const CALLS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forks_take_nothing_from_their_parent() {
    let authority = Authority::new();
    let ca = Some(authority.pem.as_str());
    let slow_or_not = |n| match n % 7 {
        0 => Act::AnswerLate(Duration::from_millis(20)),
        _ => Act::Answer,
    };
    let tls = |alpn| Tls {
        alpn,
        ..Tls::new(authority.server())
    };
    let plain = Server::plain().await;
    let secure = tls(&["http/1.1"]).serve().await;
    let http2 = with_options(tls(&["h2"]), Options::default(), slow_or_not).await;
    for (server, scheme) in [(&plain, "http"), (&secure, "https"), (&http2, "https")] {
        let ids = run("forks::a_process_that_forks", server, scheme, ca).await;
        assert!(ids.len() >= FORKS * 2 * CALLS, "{} calls", ids.len());
        assert_apart(server, &ids);
        assert_eq!(server.log().len(), ids.len());
    }
}

#[test]
#[ignore = "started by forks_take_nothing_from_their_parent"]
fn a_process_that_forks() {
    let client = client().build_blocking().expect("a client");
    // Idle connections, and the background thread.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| call(&client, "/things").expect("a response"));
        }
    });
    let over = AtomicBool::new(false);
    let made = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !over.load(Ordering::SeqCst) {
                    call(&client, "/things").expect("a response of the parent");
                    made.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let calls_on = || {
            let before = made.load(Ordering::SeqCst);
            let end = Instant::now() + LONG;
            while made.load(Ordering::SeqCst) < before + 3 {
                assert!(Instant::now() < end, "the parent's calls do not go on");
                std::thread::yield_now();
            }
        };
        for _ in 0..FORKS {
            let pid = fork(|| {
                for _ in 0..CALLS {
                    call(&client, "/things").expect("a response of the child");
                }
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        for _ in 0..CALLS {
                            call(&client, "/things").expect("a response of the child's thread");
                        }
                    });
                });
                // Waits for the child's own thread, and for none of its parent's.
                drop(client.clone());
            });
            join(pid);
            calls_on();
        }
        over.store(true, Ordering::SeqCst);
    });
    call(&client, "/things").expect("a response of the parent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forks_find_no_lock_held_on_tokens() {
    let server = Server::plain().await;
    let ids = run(
        "forks::a_process_that_forks_while_tokens_change",
        &server,
        "http",
        None,
    )
    .await;
    assert_eq!(ids.len(), TOKEN_FORKS);
    assert_apart(&server, &ids);
}

/// The locks are held for nanoseconds, so that a fork seldom meets one.
const TOKEN_FORKS: usize = 200;

#[test]
#[ignore = "started by forks_find_no_lock_held_on_tokens"]
fn a_process_that_forks_while_tokens_change() {
    let client = client().token("first").build_blocking();
    let (client, cancel) = (client.expect("a client"), CancelToken::new());
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                client.set_token("another").expect("a token");
            }
        });
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                // Registers with the token, and ends at once.
                let mut cancelled = pin!(cancel.cancelled());
                assert!(cancelled.as_mut().now_or_never().is_none());
            }
        });
        for _ in 0..TOKEN_FORKS {
            let pid = fork(|| {
                client.set_token("of the child").expect("a token");
                let request = client
                    .post("/things")
                    .header("x-process", std::process::id().to_string())
                    .cancel_token(&cancel);
                let response = request.send().expect("a response of the child");
                report(&response.trail().call_id().to_string());
            });
            join(pid);
        }
        over.store(true, Ordering::SeqCst);
    });
}

/// A process of which a child forked, and a child in it.
static CHILD: AtomicI32 = AtomicI32::new(-1);

fn is_child() -> bool {
    CHILD.load(Ordering::SeqCst) == 0
}

/// Forks once; the child goes on where it is.
fn fork_here() {
    if CHILD.load(Ordering::SeqCst) == -1 {
        // SAFETY: as in `fork`.
        CHILD.store(unsafe { libc::fork() }, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_within_a_call_leaves_its_connection_to_the_parent() {
    let authority = Authority::new();
    let ca = Some(authority.pem.as_str());
    let tls = |alpn| Tls {
        alpn,
        ..Tls::new(authority.server())
    };
    // The answer to each request comes when the child has had time to take it.
    let late = |_| Act::AnswerLate(Duration::from_millis(400));
    let plain = Server::start(|number, mut socket, log| async move {
        use crate::support::http1;
        while let Some(place) = http1::next_request(&mut socket, number, &log).await? {
            tokio::time::sleep(Duration::from_millis(400)).await;
            http1::answer(&mut socket, &log, place).await?;
        }
        Ok(())
    })
    .await;
    let http2 = with_options(tls(&["h2"]), Options::default(), late).await;
    for (server, scheme) in [(&plain, "http"), (&http2, "https")] {
        for name in [
            "forks::a_process_that_forks_while_it_waits",
            "forks::a_process_that_forks_at_a_signal",
        ] {
            let before = server.log().len();
            let reported = run(name, server, scheme, ca).await;
            let parent = reported
                .iter()
                .filter(|line| line.starts_with("parent 200"))
                .count();
            let child = reported
                .iter()
                .filter(|line| *line == "child error")
                .count();
            assert_eq!((parent, child), (1, 1), "{reported:?}");
            let again = reported
                .iter()
                .filter(|line| line.contains("again 200"))
                .count();
            assert_eq!(again, 2, "{reported:?}");
            // The call that was forked within, and one more of each process.
            assert_eq!(server.log().len() - before, 3);
        }
    }
}

/// Makes a call within which the process forks, then one more in both processes.
fn fork_within(client: &blocking::Client, interrupted: &dyn Fn() -> bool) {
    let request = client.post("/things").into_job();
    let outcome = client.host().run(request, Some(interrupted)).into_call();
    let who = if is_child() { "child" } else { "parent" };
    match &outcome {
        Ok(response) => report(&format!("{who} {}", response.status())),
        Err(error) if error.trail().is_some() => report(&format!("{who} error")),
        Err(error) => report(&format!("{who} without a trail: {error}")),
    }
    match client.post("/things").send() {
        Ok(response) => report(&format!("{who} again {}", response.status())),
        Err(error) => report(&format!("{who} again {error}")),
    }
    match CHILD.load(Ordering::SeqCst) {
        0 => exit(true),
        pid => join(pid),
    }
}

#[test]
#[ignore = "started by a_fork_within_a_call_leaves_its_connection_to_the_parent"]
fn a_process_that_forks_while_it_waits() {
    let client = client().build_blocking().expect("a client");
    let asked = AtomicUsize::new(0);
    fork_within(&client, &|| {
        if asked.fetch_add(1, Ordering::SeqCst) == 2 {
            fork_here();
        }
        false
    });
}

#[test]
#[ignore = "started by a_fork_within_a_call_leaves_its_connection_to_the_parent"]
fn a_process_that_forks_at_a_signal() {
    extern "C" fn nothing(_: libc::c_int) {}
    // SAFETY: the handler does nothing; the call under way is interrupted by it.
    let own = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = nothing as extern "C" fn(libc::c_int) as usize;
        libc::sigaction(libc::SIGUSR1, &raw const action, std::ptr::null_mut());
        libc::pthread_self() as usize
    };
    let client = client().build_blocking().expect("a client");
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Asked at once after a signal, while the first wait for the answer has not ended.
            while !over.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(7));
                // SAFETY: the thread is waited for below.
                unsafe { libc::pthread_kill(own as libc::pthread_t, libc::SIGUSR1) };
            }
        });
        fork_within(&client, &|| {
            fork_here();
            false
        });
        over.store(true, Ordering::SeqCst);
    });
}
