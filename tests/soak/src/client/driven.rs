//! The asynchronous face: many concurrent calls on a runtime with two threads.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqtrail::{Client, Error, Response, Secret};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use super::{Tokens, Work, apply_plan, builder, cancelled_after};
use crate::checks::Check;
use crate::planned_call::{Ending, PlannedCall};

/// Longer than any call may take. A call that takes longer hangs.
const HANGS: Duration = Duration::from_secs(90);

/// How long the tasks of a dropped client may take to end.
const TASKS_END: Duration = Duration::from_secs(10);

/// Makes the calls and drops the client. Returns how many tasks are left.
pub(crate) fn drive(url: &str, work: &Arc<Work>) -> Result<usize, String> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let tokens = Tokens::new();
    let client = builder(url, work)?
        .token_refresher(move || {
            let tokens = Arc::clone(&tokens);
            async move {
                tokio::time::sleep(Duration::from_millis(1)).await;
                Ok(Secret::from(tokens.next()))
            }
        })
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut workers = JoinSet::new();
        for _ in 0..work.concurrency {
            workers.spawn(make_calls(client.clone(), Arc::clone(work)));
        }
        while let Some(ended) = workers.join_next().await {
            if let Err(error) = ended {
                let what = format!("a worker ended early: {error}");
                work.ledger.record(Check::Tasks, Err(what));
            }
        }
    });
    drop(client);
    Ok(tasks_left(&runtime))
}

/// Waits until no task is left, for a limited time.
fn tasks_left(runtime: &Runtime) -> usize {
    let start = Instant::now();
    loop {
        let left = runtime.handle().metrics().num_alive_tasks();
        if left == 0 || start.elapsed() > TASKS_END {
            return left;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

async fn make_calls(client: Client, work: Arc<Work>) {
    while let Some((call, plan)) = work.next_call() {
        match make(&client, &work, call, &plan).await {
            Some(result) => work.returned(call, &result),
            // The future was dropped: only the observer has its trail.
            None => work.ledger.returned(call, None),
        }
    }
}

/// Makes a call. `None` if it was dropped.
async fn make(
    client: &Client,
    work: &Work,
    call: u64,
    plan: &PlannedCall,
) -> Option<Result<Response, Error>> {
    let request = client.request(plan.verb.as_str(), format!("/work/{call}"));
    let mut request = apply_plan(request, call, plan);
    let mut time = HANGS;
    match plan.ending {
        Ending::Cancel(after) => request = cancelled_after(request, after, &work.canceller),
        Ending::Drop(after) => time = after,
        Ending::Natural | Ending::Timeout(_) | Ending::ShortAttempt(_) => {}
    }
    let result = tokio::time::timeout(time, request.send()).await.ok();
    if result.is_none() && time == HANGS {
        let what = format!("call {call} hung: {plan:?}");
        work.ledger.record(Check::OneTrail, Err(what));
    }
    result
}
