//! The retry budget that the calls of a client share.

use reqtrail::{Cause, Failure, RetryBudget, StopReason};

use crate::support::*;

const fn of(retries: u32) -> Option<RetryBudget> {
    Some(RetryBudget {
        capacity: 5 * retries,
        retry_cost: 5,
    })
}

#[tokio::test(start_paused = true)]
async fn retries_drain_the_budget_of_all_clones() {
    let wire = ScriptedTransport::answering(|_, _| reply(503));
    let fixture = built(wire, |b| b.retry_budget(of(4)));
    let clone = fixture.client.clone();
    for (client, attempts, why) in [
        (&fixture.client, 4, StopReason::AttemptsExhausted),
        (&clone, 2, StopReason::BudgetExhausted),
        (&fixture.client, 1, StopReason::BudgetExhausted),
        (&clone, 1, StopReason::BudgetExhausted),
    ] {
        let outcome = client.get("/x").send().await;
        assert_eq!(end(&outcome), ("api", why));
        assert_eq!(trail(&outcome).attempts().len(), attempts);
    }
    assert_eq!(
        trail(&fixture.client.get("/x").send().await).attempts()[0].wait(),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn successes_refund_the_budget() {
    // A budget of one retry: after it, five successes buy the next.
    let wire = ScriptedTransport::answering(|_, sent| {
        reply(if sent.url.path().ends_with("/bad") {
            503
        } else {
            200
        })
    });
    let fixture = built(wire, |b| b.retry_budget(of(1)));
    let retries = async || {
        let outcome = fixture.client.get("/bad").send().await;
        trail(&outcome).attempts().len() - 1
    };
    assert_eq!(retries().await, 1);
    for _ in 0..3 {
        for _ in 0..4 {
            fixture
                .client
                .get("/good")
                .send()
                .await
                .expect("a response");
        }
        assert_eq!(retries().await, 0);
        fixture
            .client
            .get("/good")
            .send()
            .await
            .expect("a response");
        assert_eq!(retries().await, 1);
    }
    // It never holds more than its capacity.
    for _ in 0..50 {
        fixture
            .client
            .get("/good")
            .send()
            .await
            .expect("a response");
    }
    assert_eq!((retries().await, retries().await), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn retries_of_every_failure_cost_budget_and_errors_refund_none() {
    for bad in [503, 429, 0] {
        let wire = ScriptedTransport::answering(move |_, sent| match (sent.url.path(), bad) {
            ("/api/v1/missing", _) => reply(404),
            (_, 0) => fails(Failure::Connect),
            (_, status) => reply(status),
        });
        let fixture = built(wire, |b| b.retry_budget(of(3)));
        fixture.client.get("/x").send().await.expect_err("it fails");
        for _ in 0..20 {
            fixture
                .client
                .get("/missing")
                .send()
                .await
                .expect_err("it fails");
        }
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(
            trail(&outcome).stopped(),
            StopReason::BudgetExhausted,
            "{bad}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_budget_can_be_turned_off() {
    let fixture = built(ScriptedTransport::answering(|_, _| reply(503)), |b| {
        b.retry_budget(None)
    });
    for _ in 0..300 {
        let outcome = fixture.client.get("/x").send().await;
        assert_eq!(trail(&outcome).stopped(), StopReason::AttemptsExhausted);
    }
    assert_eq!(fixture.wire.count(), 1200);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_another_rule_forbids_costs_no_budget() {
    let fixture = with(
        [
            reply(503),
            reply(503).header("retry-after", "61"),
            reply(503).header("retry-after", "60"),
            reply(404),
            reply(503),
            reply(200),
        ],
        |b| b.retry_budget(of(1)),
    );
    let client = &fixture.client;
    for (request, why) in [
        (client.post("/x"), StopReason::UnsafeToRetry),
        (client.get("/x"), StopReason::RetryAfterTooLong),
        (client.get("/x"), StopReason::Deadline),
        (client.get("/x"), StopReason::NotRetryable),
        (client.get("/x"), StopReason::Succeeded),
    ] {
        assert_eq!(trail(&request.send().await).stopped(), why);
    }
}

#[tokio::test(start_paused = true)]
async fn reauthentication_and_redirects_cost_no_budget() {
    let fixture = with(
        [
            reply(307).header("location", "/a"),
            reply(401),
            reply(307).header("location", "/b"),
            reply(200),
        ],
        |b| {
            b.retry_budget(of(0))
                .token_refresher(|| async { Ok("sk_live_new") })
        },
    );
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("ok", StopReason::Succeeded));
    let wanted = [
        Cause::Initial,
        Cause::Redirect,
        Cause::Reauth,
        Cause::Redirect,
    ];
    assert_eq!(causes(trail(&outcome)), wanted);
}

/// The load of an outage is not multiplied: once the default budget is drained, there are at most a tenth more requests
/// than calls.
#[tokio::test(start_paused = true)]
async fn the_default_budget_limits_retries_in_an_outage() {
    for succeeding in [0, 10, 3] {
        let wire = ScriptedTransport::answering(move |number, _| {
            let good = succeeding > 0 && number % succeeding == 0;
            reply(if good { 200 } else { 503 })
        });
        let fixture = built(wire, |b| b);
        for _ in 0..600 {
            let _ = fixture.client.get("/x").send().await;
        }
        let drained = fixture.wire.count();
        assert!(drained <= 600 + 100 + 200, "{drained}");
        for _ in 0..1000 {
            let _ = fixture.client.get("/x").send().await;
        }
        let more = fixture.wire.count() - drained;
        assert!((1000..=1100).contains(&more), "one in {succeeding}: {more}");
    }
}
