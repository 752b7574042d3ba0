//! The blocking face: a thread for each concurrent call.

use std::sync::Arc;

use reqtrail::Secret;
use reqtrail::blocking::Client;

use super::{Tokens, Work, apply_plan, builder, cancelled_after};
use crate::planned_call::Ending;

/// Makes the calls and drops the client.
pub(crate) fn drive(url: &str, work: &Arc<Work>) -> Result<usize, String> {
    let tokens = Tokens::new();
    let client = builder(url, work)?
        .token_refresher_blocking(move || Ok(Secret::from(tokens.next())))
        .build_blocking()
        .map_err(|error| error.to_string())?;
    std::thread::scope(|scope| {
        for _ in 0..work.concurrency {
            scope.spawn(|| make_calls(&client, work));
        }
    });
    // This client has no tasks, only threads, which are counted separately.
    Ok(0)
}

fn make_calls(client: &Client, work: &Work) {
    while let Some((call, plan)) = work.next_call() {
        let request = client.request(plan.verb.as_str(), format!("/work/{call}"));
        let mut request = apply_plan(request, call, &plan);
        // There is no future to drop, so a token ends these calls too.
        if let Ending::Cancel(after) | Ending::Drop(after) = plan.ending {
            request = cancelled_after(request, after, &work.canceller);
        }
        work.returned(call, &request.send());
    }
}
