//! Why attempts failed: code and reason, in trails, errors, logs and reports.

use reqtrail::{CancelToken, Failure, Phase, TransportError};

use crate::support::*;

/// What the last attempt of a call says, and what its error says.
async fn said(
    exchange: Exchange,
    options: impl FnOnce(reqtrail::ClientBuilder) -> reqtrail::ClientBuilder,
) -> (Option<String>, String) {
    let fixture = with([exchange], |b| options(b.max_attempts(1)));
    let outcome = fixture.client.get("/x").send().await;
    let last = trail(&outcome).last().expect("an attempt");
    let code = last.failure_code().map(str::to_owned);
    let reason = last.failure_reason().expect("a reason").to_owned();
    let report = trail(&outcome).report();
    let words = report.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(&reason), "{reason} in {report}");
    let shown = error(outcome).to_string();
    assert!(shown.contains(&reason), "{reason} in {shown}");
    for text in [&shown, &report] {
        assert!(
            code.as_ref().is_none_or(|code| text.contains(code)),
            "{text}"
        );
    }
    (code, reason)
}

#[tokio::test(start_paused = true)]
async fn a_timeout_names_its_limit_and_what_had_not_happened() {
    let peer = Some("192.0.2.7:443");
    let proxy = Some("proxy.example:3128");
    let rows = [
        (
            never(),
            Some("ETIMEDOUT"),
            "no connection to api.example:443 within 5 s",
        ),
        (
            never().busy(Phase::Resolving, None),
            Some("ETIMEDOUT"),
            "no connection to api.example:443 within 5 s: the host's addresses were still being looked up",
        ),
        (
            never().busy(Phase::Proxy, proxy),
            Some("ETIMEDOUT"),
            "no connection to api.example:443 within 5 s: the proxy proxy.example:3128 had not answered",
        ),
        (
            never().busy(Phase::Tls, peer),
            Some("ETIMEDOUT"),
            "no connection to 192.0.2.7:443 within 5 s: the TLS handshake had not ended",
        ),
        (
            never().busy(Phase::Stream, peer),
            None,
            "waited 10 s for a free HTTP/2 stream of 192.0.2.7:443",
        ),
        // A transport that reports no phases.
        (never().sent(), None, "no response within 10 s"),
        (
            never().busy(Phase::Sending, peer).sent(),
            None,
            "no response from 192.0.2.7:443 within 10 s",
        ),
        (
            never().sent().busy(Phase::Waiting, peer),
            None,
            "no response from 192.0.2.7:443 within 10 s",
        ),
        (
            reply(200).busy(Phase::Waiting, peer).body("x").stalled(),
            None,
            "the response's body did not end within 10 s",
        ),
    ];
    for (exchange, code, reason) in rows {
        let wanted = (code.map(str::to_owned), reason.to_owned());
        assert_eq!(said(exchange, |b| b).await, wanted);
    }
    let short = said(never().sent(), |b| b.attempt_timeout(ms(200))).await;
    assert_eq!(short, (None, "no response within 200 ms".to_owned()));
    let short = said(never(), |b| b.attempt_timeout(ms(200))).await;
    let wanted = "no connection to api.example:443 within 200 ms";
    assert_eq!(short, (None, wanted.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_timeout_by_the_rest_of_the_call_names_both_times() {
    let fixture = with([reply(503).after(ms(1500)), never().sent()], |b| {
        b.timeout(secs(2)).base_delay(ms(0))
    });
    let outcome = fixture.client.get("/x").send().await;
    let last = trail(&outcome).last().expect("an attempt");
    let wanted = "no response within 500 ms, what was left of the call's 2 s";
    assert_eq!(last.failure_reason(), Some(wanted));
    // The first attempt has all of it.
    let fixture = with([never().sent()], |b| b.timeout(secs(2)));
    let error = error(fixture.client.get("/x").send().await);
    assert_eq!(error.message(), "no response within 2 s");
}

#[tokio::test(start_paused = true)]
async fn a_transport_says_why_and_a_secret_stays_out_of_it() {
    let broken = |message: String| {
        let error = TransportError::new(Failure::Broken, message).with_code("ECONNRESET");
        fails_with(error).sent()
    };
    let told = said(broken("reset by 192.0.2.7:443".to_owned()), |b| b).await;
    let code = Some("ECONNRESET".to_owned());
    assert_eq!(told, (code.clone(), "reset by 192.0.2.7:443".to_owned()));
    let hostile = format!("{TOKEN}\r\nforged");
    let wanted = "[redacted]\\r\\nforged".to_owned();
    assert_eq!(said(broken(hostile), |b| b).await, (code, wanted));
}

#[tokio::test(start_paused = true)]
async fn a_response_that_cannot_be_used_says_why() {
    let coding = reply(200).header("transfer-encoding", "gzip").body("raw");
    let wanted = "the body's Transfer-Encoding `gzip` is not `chunked`";
    assert_eq!(said(coding, |b| b).await, (None, wanted.to_owned()));
    let large = reply(200).body("xxxx");
    let wanted = "the body is larger than the limit of 3 bytes (max_body_bytes)";
    let got = said(large, |b| b.max_body_bytes(3)).await;
    assert_eq!(got, (None, wanted.to_owned()));
    // Found when the call had ended.
    let fixture = novavms([reply(200).body("{")]);
    let response = fixture.client.get("/x").send().await.expect("a response");
    let error = response.json::<serde_json::Value>().expect_err("not JSON");
    let last = error.trail().and_then(|trail| trail.last());
    let reason = last.and_then(|last| last.failure_reason());
    assert_eq!(reason, Some("the body is not JSON (line 1, column 1)"));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_attempt_says_who_ended_it() {
    let token = CancelToken::new();
    let other = token.clone();
    let exchange = reply(200).then(move || other.cancel()).pause(ms(1));
    let fixture = novavms([exchange]);
    let outcome = fixture.client.get("/x").cancel_token(&token).send().await;
    let last = trail(&outcome).last().expect("an attempt");
    let got = (last.failure_code(), last.failure_reason());
    assert_eq!(got, (None, Some("cancelled by the caller")));
    // A dropped call is one, too.
    let fixture = novavms([never()]);
    let call = tokio::time::timeout(secs(1), fixture.client.get("/x").send());
    call.await.expect_err("it is dropped");
    let dropped = fixture.seen.trail();
    let last = dropped.last().expect("an attempt");
    assert_eq!(last.failure_reason(), Some("cancelled by the caller"));
}

/// The failure of the last attempt does not describe a call that ended between two attempts.
#[tokio::test(start_paused = true)]
async fn an_error_takes_no_code_from_an_earlier_attempt() {
    let refused = TransportError::new(Failure::Connect, "refused").with_code("ECONNREFUSED");
    let token = CancelToken::new();
    let fixture = with([fails_with(refused)], |b| b.base_delay(secs(8)));
    let other = token.clone();
    tokio::spawn(async move {
        tokio::time::sleep(ms(1)).await;
        other.cancel();
    });
    let error = error(fixture.client.get("/x").cancel_token(&token).send().await);
    assert!(
        error.is_cancelled() && !error.to_string().contains("ECONN"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn transfer_codings_other_than_chunked_are_named() {
    for (status, coding, usable) in [
        (200, "chunked", true),
        (200, "Chunked", true),
        (200, "gzip, chunked", false),
        (200, "chunked, chunked", false),
        (200, "identity", false),
        (200, "", false),
        // No body, and nothing to hand over raw.
        (204, "gzip", true),
    ] {
        let fixture = novavms([reply(status).header("transfer-encoding", coding)]);
        let outcome = fixture.client.post("/x").send().await;
        let wanted = if usable { "ok" } else { "decode" };
        assert_eq!(end(&outcome).0, wanted, "{status} {coding}");
    }
    let twice = reply(200)
        .header("transfer-encoding", "chunked")
        .header("transfer-encoding", "chunked");
    let outcome = novavms([twice]).client.get("/x").send().await;
    assert_eq!(end(&outcome).0, "decode");
    // An error is the API's answer whatever its body is coded with.
    let answer = reply(409).header("transfer-encoding", "gzip, chunked");
    let outcome = novavms([answer]).client.get("/x").send().await;
    assert_eq!(end(&outcome).0, "api");
}
