//! Real servers and proxies on loopback that reload, and retire connections, under load.
//!
//! The log of the nginx that every call ends at is held against the trails: each request of the log is one attempt of
//! one trail with the same request ID, each call was answered once, and none was lost.
#![expect(clippy::print_stdout, reason = "it is a program that reports")]

mod check;
mod load;
mod server;

use std::process::ExitCode;
use std::time::Duration;

use reqtrail::{ErrorKind, Proxy};

use check::{Verdict, check};
use load::{Face, Load};
use server::{Haproxy, Nginx, Options, Squid};

/// Connections end after so many requests, as with nginx's `keepalive_requests`: no divisor of what is under way.
const LIFETIME: u32 = 23;

/// How long a server has between two reloads.
const RELOAD_EVERY: Duration = Duration::from_millis(300);

#[tokio::main]
async fn main() -> ExitCode {
    let calls = std::env::args()
        .nth(1)
        .map_or(3000, |n| n.parse().expect("a number of calls"));
    let mut run = Run::default();
    nginx(&mut run, calls).await;
    haproxy(&mut run, calls).await;
    squid(&mut run, calls / 4).await;
    println!("{} passed, {} failed", run.passed, run.failed);
    if run.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[derive(Default)]
struct Run {
    passed: usize,
    failed: usize,
}

impl Run {
    fn note(&mut self, name: &str, result: Result<Verdict, String>) {
        match result {
            Ok(verdict) => {
                self.passed += 1;
                println!("ok      {name}: {verdict}");
            }
            Err(why) => {
                self.failed += 1;
                println!("FAILED  {name}: {why}");
            }
        }
    }
}

async fn nginx(run: &mut Run, calls: usize) {
    for (protocol, is_http2) in [("http/1", false), ("h2", true)] {
        for face in [Face::Async, Face::Blocking] {
            for reloads in [false, true] {
                let nginx = Nginx::start(&Options { lifetime: LIFETIME });
                let base = if is_http2 {
                    nginx.https()
                } else {
                    nginx.http()
                };
                let load = Load {
                    face,
                    calls,
                    base,
                    ca: nginx.ca(),
                    proxy: Proxy::None,
                };
                let trails = load
                    .run(
                        || {
                            if reloads {
                                nginx.reload()
                            }
                        },
                        RELOAD_EVERY,
                    )
                    .await;
                let name = format!(
                    "nginx {protocol} {face:?} {}",
                    if reloads { "with reloads" } else { "" }
                );
                // HTTP/1 has no way to say which request was not processed: one that meets the end of its connection
                // is of unknown outcome, and that is what its trail has to say.
                run.note(&name, check(&trails, &nginx.stop(), !is_http2 && reloads));
            }
        }
    }
}

async fn haproxy(run: &mut Run, calls: usize) {
    for face in [Face::Async, Face::Blocking] {
        for reloads in [false, true] {
            let nginx = Nginx::start(&Options {
                lifetime: 1_000_000,
            });
            let haproxy = Haproxy::start(&nginx);
            let load = Load {
                face,
                calls,
                base: haproxy.https(),
                ca: nginx.ca(),
                proxy: Proxy::None,
            };
            let trails = load
                .run(
                    || {
                        if reloads {
                            haproxy.reload()
                        }
                    },
                    RELOAD_EVERY,
                )
                .await;
            let name = format!(
                "haproxy h2 {face:?} {}",
                if reloads { "with reloads" } else { "" }
            );
            drop(haproxy);
            run.note(&name, check(&trails, &nginx.stop(), false));
        }
    }
}

async fn squid(run: &mut Run, calls: usize) {
    for (what, is_https) in [("CONNECT", true), ("forwarding", false)] {
        for face in [Face::Async, Face::Blocking] {
            let nginx = Nginx::start(&Options { lifetime: LIFETIME });
            let squid = Squid::start();
            let base = if is_https {
                nginx.https()
            } else {
                nginx.http()
            };
            let through = |user: &str| Proxy::Url(squid.url(user).into());
            let load = Load {
                face,
                calls,
                base: base.clone(),
                ca: nginx.ca(),
                proxy: through("user:right"),
            };
            let trails = load.run(|| {}, RELOAD_EVERY).await;
            let stranger = Load {
                face,
                calls: 1,
                base,
                ca: nginx.ca(),
                proxy: through("user:wrong"),
            };
            let refused = stranger.run(|| {}, RELOAD_EVERY).await;
            drop(squid);
            let log = nginx.stop();
            // Squid may close a tunnel with something of the client unread, and then loses what the server said last.
            let result = check(&trails, &log, is_https).and_then(|verdict| {
                let call = &refused[0];
                // The proxy's answer to a request that it would have forwarded is an answer.
                let wanted = if is_https {
                    ErrorKind::Connect
                } else {
                    ErrorKind::Api
                };
                match call {
                    Err(error)
                        if error.kind() == wanted && load::trail(call).attempts().len() == 1 =>
                    {
                        Ok(verdict)
                    }
                    other => Err(format!("a wrong password gave {other:?}")),
                }
            });
            run.note(&format!("squid {what} {face:?}"), result);
        }
    }
}
