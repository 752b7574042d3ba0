//! Calls through real servers and proxies on loopback that reload and close connections under load.
//!
//! Every call ends at an nginx, whose log is compared with the trails: each request in the log is one attempt of one trail
//! with the same request ID, each call was answered once, and none was lost.
#![expect(clippy::print_stdout, reason = "the program prints its results")]

mod check;
mod load;
mod server;

use std::process::ExitCode;
use std::time::Duration;

use reqtrail::{ErrorKind, Proxy};

use check::{Summary, check};
use load::{Face, Load};
use server::{Haproxy, Nginx, Options, Squid};

/// How many requests a connection serves (nginx's `keepalive_requests`). It does not divide the number of concurrent calls.
const LIFETIME: u32 = 23;

/// The time between two reloads.
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
    fn note(&mut self, name: &str, result: Result<Summary, String>) {
        match result {
            Ok(summary) => {
                self.passed += 1;
                println!("ok      {name}: {summary}");
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
                // HTTP/1 cannot say which request was not processed: if a connection ends during a request, its outcome is
                // unknown, and the trail has to say so.
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
            // Squid may close a tunnel before it has read everything of the client, and then loses the server's last bytes.
            let result = check(&trails, &log, is_https).and_then(|summary| {
                let call = &refused[0];
                // With CONNECT, a refusal by the proxy is a failed connection. Otherwise it is the response to the request.
                let wanted = if is_https {
                    ErrorKind::Connect
                } else {
                    ErrorKind::Api
                };
                match call {
                    Err(error)
                        if error.kind() == wanted && load::trail(call).attempts().len() == 1 =>
                    {
                        Ok(summary)
                    }
                    other => Err(format!("a wrong password resulted in {other:?}")),
                }
            });
            run.note(&format!("squid {what} {face:?}"), result);
        }
    }
}
