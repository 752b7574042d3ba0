//! A run: a warm-up with its own client, then the calls, then the checks of resources.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use crate::canceller::Canceller;
use crate::checks::Check;
use crate::client::{Work, driven, threads};
use crate::conduct::{Kind, Unread};
use crate::ledger::Ledger;
use crate::machine::{Peak, Reading};
use crate::options::{Face, Options};
use crate::report::{Machine, Report};
use crate::server::Server;

/// The calls of the warm-up, after which memory and descriptors are at their base.
const WARM_UP: u64 = 2_000;

/// How long sockets, threads and given-up requests may take to end.
const SETTLE: Duration = Duration::from_secs(30);

/// How many descriptors above the base are not a leak. None, because all sockets belong to the soak.
const SPARE_DESCRIPTORS: u64 = 0;

/// How much memory above the base is not a leak: fragments that the allocator keeps after the peak and cannot release. A
/// client that leaks 64 bytes per call exceeds this within half a million calls.
const SPARE_KIB: u64 = 32 * 1024;

/// After this many calls, a kind of conduct that never occurred is a fault of the soak.
const ALL_KINDS_FROM: u64 = 3_000;

/// Runs the soak.
///
/// # Errors
/// Says why the run was not possible. Failed checks are in the report.
pub fn run(options: &Options) -> Result<Report, String> {
    let text = |error: std::io::Error| error.to_string();
    let ledger = Arc::new(Ledger::default());
    let server = Server::start(options.seed, Arc::clone(&ledger)).map_err(text)?;
    let canceller = Canceller::start().map_err(text)?;
    let peak = Peak::start().map_err(text)?;
    let deadline = Instant::now() + options.time;
    let pass = |next: u64, end: u64| {
        let work = Arc::new(Work {
            seed: options.seed,
            ledger: Arc::clone(&ledger),
            canceller: canceller.clone(),
            concurrency: options.concurrency,
            next: AtomicU64::new(next),
            end,
            deadline,
        });
        let left = match options.face {
            Face::Async => driven::drive(&server.url(), &work)?,
            Face::Blocking => threads::drive(&server.url(), &work)?,
        };
        let what = || format!("{left} tasks are left after the client");
        ledger.record(Check::Tasks, (left == 0).then_some(()).ok_or_else(what));
        Ok::<(), String>(())
    };

    let fresh = Reading::take();
    let warm_up = WARM_UP.min(options.calls / 4);
    pass(0, warm_up)?;
    settle(&server, fresh);
    let base = Reading::take();
    let start = Instant::now();
    let before = ledger.figures();
    pass(warm_up, options.calls)?;
    let elapsed = start.elapsed();
    settle(&server, base);
    let after = Reading::take();
    ledger.close_all();

    if let (Some(base), Some(after)) = (base, after) {
        compare(&ledger, base, after);
    }
    let open = server.open();
    let what = || format!("{open} connections are open");
    let closed = (open == 0).then_some(()).ok_or_else(what);
    ledger.record(Check::Sockets, closed);
    let figures = ledger.figures();
    if figures.calls >= ALL_KINDS_FROM {
        let unread = [Unread::Close, Unread::Reset].map(Unread::name);
        for name in Kind::all().map(Kind::name).chain(unread) {
            let what = || format!("never occurred: {name}");
            let came = figures.conduct.contains_key(name);
            ledger.record(Check::Faults, came.then_some(()).ok_or_else(what));
        }
    }
    let machine = base.zip(after).map(|(base, after)| Machine {
        base,
        peak: peak.highest(),
        after,
        spare_kib: SPARE_KIB,
    });
    Ok(Report {
        options: *options,
        elapsed,
        timed_calls: figures.calls - before.calls,
        timed_requests: figures.requests - before.requests,
        connections: server.connections(),
        figures,
        findings: ledger.findings(),
        machine,
    })
}

/// Waits until connections, descriptors and threads are back at their base, for a limited time.
fn settle(server: &Server, base: Option<Reading>) {
    let start = Instant::now();
    while start.elapsed() < SETTLE {
        let back = Reading::take().zip(base).is_none_or(|(now, base)| {
            now.descriptors <= base.descriptors && now.threads <= base.threads
        });
        if back && server.open() == 0 {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn compare(ledger: &Ledger, base: Reading, after: Reading) {
    let mut rows = vec![
        (
            Check::Sockets,
            "descriptors",
            base.descriptors,
            after.descriptors,
            SPARE_DESCRIPTORS,
        ),
        (Check::Memory, "KiB", base.rss_kib, after.rss_kib, SPARE_KIB),
    ];
    rows.push((Check::Tasks, "threads", base.threads, after.threads, 0));
    for (check, unit, base, after, spare) in rows {
        let what = || format!("{after} {unit} after the client, {base} before it");
        let back = after <= base + spare;
        ledger.record(check, back.then_some(()).ok_or_else(what));
    }
}
