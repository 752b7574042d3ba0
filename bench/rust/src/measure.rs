//! Makes calls for a while, or a number of them, and says what they took.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use serde_json::{Value, json};

/// Connections are made in it, and what is made with the first call.
const WARM_UP: Duration = Duration::from_millis(150);

/// How long a client makes calls.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// For that long, after a warm-up.
    Passed(Duration),
    /// That many calls of all workers together, without a warm-up.
    Made(u64),
}

/// How long one worker goes on.
#[derive(Clone, Copy)]
enum Share {
    Time(Instant),
    Calls(u64),
}

impl Until {
    fn share(self, concurrency: usize) -> Share {
        match self {
            Self::Passed(window) => Share::Time(Instant::now() + window),
            Self::Made(calls) => Share::Calls(calls / concurrency as u64),
        }
    }

    fn warms_up(self) -> bool {
        matches!(self, Self::Passed(_))
    }
}

impl Share {
    fn goes_on(self, made: u64) -> bool {
        match self {
            Self::Time(end) => Instant::now() < end,
            Self::Calls(calls) => made < calls,
        }
    }
}

/// Workers that are tasks of one thread. A call returns the length of its body, which has to be `length`.
pub fn tasks<F, R>(concurrency: usize, until: Until, length: usize, call: F) -> Value
where
    F: Fn() -> R + Clone + 'static,
    R: Future<Output = usize> + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        if until.warms_up() {
            task_round(concurrency, Until::Passed(WARM_UP), length, &call).await;
        }
        let (wall, used) = (Instant::now(), cpu());
        let count = task_round(concurrency, until, length, &call).await;
        figures(count, wall.elapsed(), cpu() - used)
    })
}

async fn task_round<F, R>(concurrency: usize, until: Until, length: usize, call: &F) -> u64
where
    F: Fn() -> R + Clone + 'static,
    R: Future<Output = usize> + 'static,
{
    let share = until.share(concurrency);
    let workers: Vec<_> = (0..concurrency)
        .map(|_| {
            let call = call.clone();
            tokio::task::spawn_local(async move {
                let mut count = 0;
                while share.goes_on(count) {
                    assert_eq!(call().await, length);
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut count = 0;
    for worker in workers {
        count += worker.await.expect("a worker");
    }
    count
}

/// Runs each worker on its own thread.
pub fn threads<F>(concurrency: usize, until: Until, length: usize, call: F) -> Value
where
    F: Fn() -> usize + Send + Sync + 'static,
{
    let call = Arc::new(call);
    let round = |until: Until| {
        let (share, total) = (until.share(concurrency), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..concurrency {
                scope.spawn(|| {
                    let mut count = 0;
                    while share.goes_on(count) {
                        assert_eq!(call(), length);
                        count += 1;
                    }
                    total.fetch_add(count, Ordering::Relaxed);
                });
            }
        });
        total.into_inner()
    };
    if until.warms_up() {
        round(Until::Passed(WARM_UP));
    }
    let (wall, used) = (Instant::now(), cpu());
    let count = round(until);
    figures(count, wall.elapsed(), cpu() - used)
}

fn figures(count: u64, wall: Duration, used: Duration) -> Value {
    json!({
        "requests": count,
        "rps": count as f64 / wall.as_secs_f64(),
        "cpu_us": used.as_secs_f64() * 1e6 / count as f64,
        "rss_mb": rss_mib(),
    })
}

/// User and system time of this process so far.
fn cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("the usage");
    let of = |time: nix::sys::time::TimeVal| {
        Duration::from_secs(time.tv_sec().unsigned_abs()) + Duration::from_micros(time.tv_usec().unsigned_abs())
    };
    of(usage.user_time()) + of(usage.system_time())
}

/// The most memory that this process has had, in MiB.
///
/// Not getrusage's: that is never less than what the parent had when it started this process.
fn rss_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib / 1024.0
}
