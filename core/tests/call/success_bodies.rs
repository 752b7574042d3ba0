//! Bodies of successes: their limit, their codings, and what breaks them off.

use std::io::Write as _;

use http::{HeaderMap, StatusCode};
use reqtrail::{ErrorKind, Response, StopReason};

use crate::support::*;

fn coded(coding: &str, data: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::fast();
    match coding {
        "gzip" => {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), level);
            writer.write_all(data).expect("memory");
            writer.finish().expect("memory")
        }
        "deflate" => {
            let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), level);
            writer.write_all(data).expect("memory");
            writer.finish().expect("memory")
        }
        "zstd" => zstd::encode_all(data, 1).expect("memory"),
        "br" => {
            let mut out = Vec::new();
            brotli::CompressorWriter::new(&mut out, 4096, 1, 20)
                .write_all(data)
                .expect("memory");
            out
        }
        other => panic!("{other}"),
    }
}

async fn ok(exchange: Exchange) -> Response {
    let fixture = novavms([exchange]);
    fixture.client.get("/x").send().await.expect("a response")
}

/// Fails without a retry, with the status in the trail.
async fn fails_as(kind: &str, exchange: Exchange) {
    let fixture = with([exchange.id("req_1")], |b| b.max_body_bytes(1000));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), (kind, StopReason::NotRetryable));
    let attempt = &trail(&outcome).attempts()[0];
    assert_eq!(attempt.failure().map(ErrorKind::as_str), Some(kind));
    assert_eq!(
        (attempt.status(), attempt.category()),
        (Some(StatusCode::OK), None)
    );
    assert_eq!(fixture.wire.open(), 0);
    let error = error(outcome);
    assert_eq!(error.request_id().map(|id| id.as_str()), Some("req_1"));
    assert!(error.api().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_body_of_several_pieces_is_joined() {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-late", http::HeaderValue::from_static("1"));
    for (exchange, wanted) in [
        (reply(200), ""),
        (reply(204), ""),
        (reply(206).body("abc"), "abc"),
        (
            reply(200)
                .body("a")
                .body("")
                .body("b")
                .pause(secs(1))
                .body("c"),
            "abc",
        ),
        (reply(200).body("").body("abc"), "abc"),
        (reply(200).body("abc").trailers(trailers), "abc"),
    ] {
        let response = ok(exchange).await;
        assert_eq!(response.text().expect("text"), wanted);
        assert_eq!(&response.into_bytes()[..], wanted.as_bytes());
    }
}

#[tokio::test(start_paused = true)]
async fn success_bodies_are_decompressed() {
    let data = "the quick brown fox ".repeat(1000);
    for coding in ["gzip", "br", "zstd", "deflate"] {
        let packed = coded(coding, data.as_bytes());
        for name in [
            coding.to_owned(),
            coding.to_uppercase(),
            format!("identity, {coding}"),
        ] {
            let exchange = packed
                .chunks(7)
                .fold(reply(200), |r, piece| r.body(piece.to_vec()));
            let length = packed.len().to_string();
            let exchange = exchange
                .header("content-encoding", name)
                .header("content-length", length);
            let response = ok(exchange).await;
            assert_eq!(response.text().expect("text"), data, "{coding}");
            assert!(!response.headers().contains_key("content-encoding"));
            assert!(!response.headers().contains_key("content-length"));
        }
        // As after HEAD.
        let response = ok(reply(200).header("content-encoding", coding)).await;
        assert_eq!(response.bytes().len(), 0);
    }
    let fixture = novavms([reply(200)]);
    fixture.client.get("/x").send().await.expect("a response");
    assert_eq!(
        fixture.wire.headers("accept-encoding"),
        ["gzip, br, zstd, deflate"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_cannot_be_decompressed_is_a_decode_error() {
    let data = b"some text that is long enough to be packed".repeat(3);
    let packed = coded("gzip", &data);
    for (coding, body) in [
        ("lzma", packed.clone()),
        ("compress", packed.clone()),
        ("gzip, gzip", coded("gzip", &packed)),
        ("gzip, br", coded("br", &packed)),
        ("gzip", data.clone()),
        ("br", data.clone()),
        ("zstd", data.clone()),
        ("deflate", data.clone()),
        ("gzip", packed[..packed.len() - 9].to_vec()),
        ("br", coded("br", &data)[..20].to_vec()),
        ("zstd", coded("zstd", &data)[..20].to_vec()),
        ("deflate", coded("deflate", &data)[..20].to_vec()),
    ] {
        fails_as(
            "decode",
            reply(200).header("content-encoding", coding).body(body),
        )
        .await;
    }
    let twice = reply(200)
        .header("content-encoding", "gzip")
        .header("content-encoding", "gzip");
    fails_as("decode", twice.body(coded("gzip", &packed))).await;
}

#[tokio::test(start_paused = true)]
async fn decompression_can_be_turned_off() {
    for coding in ["gzip", "lzma", "gzip, gzip"] {
        let answer = reply(200)
            .header("content-encoding", coding)
            .body("as it came");
        let fixture = with([answer], |b| b.decompress(false));
        let response = fixture.client.get("/x").send().await.expect("a response");
        assert_eq!(response.text().expect("text"), "as it came");
        assert_eq!(response.headers()["content-encoding"], coding);
        assert_eq!(fixture.wire.headers("accept-encoding"), [""]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_body_limit_counts_decompressed_bytes() {
    let fit = vec![b'x'; 1000];
    let over = vec![b'x'; 1001];
    for coding in ["gzip", "br", "zstd", "deflate"] {
        let fixture = with(
            [reply(200)
                .header("content-encoding", coding)
                .body(coded(coding, &fit))],
            |b| b.max_body_bytes(1000),
        );
        let response = fixture.client.get("/x").send().await.expect("a response");
        assert_eq!(response.bytes().len(), 1000);
        let bomb = coded(coding, &vec![0; 5_000_000]);
        for body in [coded(coding, &over), bomb] {
            fails_as(
                "too_large",
                reply(200).header("content-encoding", coding).body(body),
            )
            .await;
        }
    }
    fails_as("too_large", reply(200).body(over.clone())).await;
    fails_as("too_large", reply(200).body(fit.clone()).body("x")).await;
    // What comes after the limit is not waited for.
    fails_as("too_large", reply(200).body(over).stalled()).await;
    let fixture = with([reply(200).body(fit)], |b| b.max_body_bytes(1000));
    assert!(fixture.client.get("/x").send().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_cut_body_is_a_transport_error_and_retried_if_safe() {
    for method in ["GET", "POST"] {
        let cut = || {
            reply(200)
                .id("req_1")
                .header("content-encoding", "gzip")
                .body("half")
                .cut()
        };
        let fixture = novavms([cut(), cut(), cut(), cut()]);
        let outcome = fixture.client.request(method, "/x").send().await;
        let (kind, why) = end(&outcome);
        assert_eq!(kind, "transport");
        if method == "GET" {
            assert_eq!(
                (why, fixture.wire.count()),
                (StopReason::AttemptsExhausted, 4)
            );
        } else {
            assert_eq!((why, fixture.wire.count()), (StopReason::UnsafeToRetry, 1));
        }
        assert_eq!(error(outcome).status(), Some(StatusCode::OK));
    }
}

/// A body that turns out to be unusable only when it is read is `decode`, with the same trail.
#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_parse_is_a_decode_error() {
    let response = ok(reply(200).id("req_1").body("{\"a\": \"secret-in-body\"}")).await;
    let id = response.trail().call_id();
    for error in [
        response.json::<Vec<u8>>().expect_err("no array"),
        ok(reply(200).body("no JSON"))
            .await
            .json::<()>()
            .expect_err("no JSON"),
        ok(reply(200).body(&b"\xff"[..]))
            .await
            .text()
            .expect_err("no text"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Decode);
        let trail = error.trail().expect("a trail");
        assert_eq!(trail.outcome().as_str(), "decode");
        assert_eq!(trail.stopped(), StopReason::NotRetryable);
        assert_eq!(
            trail.last().and_then(|a| a.failure()),
            Some(ErrorKind::Decode)
        );
        assert!(!error.to_string().contains("secret-in-body"), "{error}");
    }
    assert_eq!(response.trail().call_id(), id);
    assert_eq!(
        response.trail().outcome().as_str(),
        "ok",
        "the response's own trail is as it was"
    );
}

#[tokio::test(start_paused = true)]
async fn header_blocks_have_a_limit() {
    let fields = |status, count: usize| {
        (0..count).fold(reply(status), |r, n| r.header(&format!("x-{n}"), "v"))
    };
    let bytes = |status, size: usize| {
        // Sixteen fields with a name of four bytes.
        let value = (size / 16) - 4;
        (10..26).fold(reply(status), |r, n| {
            r.header(&format!("x-{n}"), "v".repeat(value))
        })
    };
    for status in [200, 302, 503] {
        for (fit, exchange) in [
            (true, fields(status, 256)),
            (false, fields(status, 257)),
            (true, bytes(status, 64 * 1024)),
            (false, bytes(status, 64 * 1024 + 16)),
        ] {
            let fixture = with([exchange], |b| b.max_attempts(1));
            let outcome = fixture.client.get("/x").send().await;
            assert_eq!(
                trail(&outcome).attempts()[0].status().map(|s| s.as_u16()),
                Some(status)
            );
            let (kind, why) = end(&outcome);
            assert_eq!(kind != "too_large", fit, "{status}: {kind}");
            if !fit {
                assert_eq!(why, StopReason::NotRetryable);
            }
        }
    }
    // Beyond the HTTP library's own bound there is not even a status.
    let fixture = novavms([fails(reqtrail::Failure::HeadersTooLarge).sent()]);
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("too_large", StopReason::NotRetryable));
    let attempt = &trail(&outcome).attempts()[0];
    assert_eq!(
        (attempt.status(), attempt.sent()),
        (None, reqtrail::Sent::Yes)
    );
}

/// Work that holds up the call holds up its timeouts, and all calls of its thread.
#[tokio::test(start_paused = true)]
async fn much_input_without_output_is_decoded_in_many_polls() {
    let member = coded("gzip", b"");
    let body = member.repeat(256 * 1024 / member.len());
    for status in [200, 404] {
        let answer = reply(status)
            .header("content-encoding", "gzip")
            .body(body.clone());
        let fixture = novavms([answer]);
        let call = fixture.client.get("/x").send();
        assert!(polled_at_most(8, call).await.is_none(), "{status}");
        assert_eq!(fixture.seen.trail().stopped(), StopReason::Cancelled);
    }
    // It comes to its end all the same.
    let response = ok(reply(200).header("content-encoding", "gzip").body(body)).await;
    assert!(response.bytes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_body_of_many_pieces_is_read_in_many_polls() {
    let pieces = |status| (0..10_000).fold(reply(status), |reply, _| reply.body("x"));
    for status in [200, 404] {
        let fixture = novavms([pieces(status)]);
        let call = fixture.client.get("/x").send();
        assert!(polled_at_most(8, call).await.is_none(), "{status}");
    }
    assert_eq!(ok(pieces(200)).await.bytes().len(), 10_000);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_while_a_body_is_decoded_says_so() {
    let member = coded("gzip", b"");
    let answer = reply(200)
        .header("content-encoding", "gzip")
        .body(member.repeat(256 * 1024 / member.len()))
        // The body ends just as the attempt's time does.
        .pause(secs(10));
    let fixture = with([answer], |b| b.max_attempts(1));
    let outcome = fixture.client.get("/x").send().await;
    assert_eq!(end(&outcome), ("timeout", StopReason::AttemptsExhausted));
    let last = trail(&outcome).last().expect("an attempt");
    let reason = "the response's body was not decoded within 10 s";
    assert_eq!(last.failure_reason(), Some(reason));
    assert_eq!(fixture.wire.elapsed(), secs(10));
}
