//! Stories over the services of a cloud, on each way of driving calls: by a runtime, by the thread that asks, by a host.

use std::sync::mpsc;

use reqtrail::host::Job;
use reqtrail::openstack::{
    Auth, Cloud, Connection, Operation, OperationAttached, OperationKind, OperationOptions,
    OperationReport,
};
use reqtrail::{CancelToken, Error, ErrorKind, Trail, blocking};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::support::{Server, http1};

const VOLUME: &str = "86a92e20-c6ef-44cc-9712-5a931ec997fe";

/// A Keystone and a block storage at one address. The first token is good for everything but messages.
async fn cloud() -> Server {
    Server::start(|number, mut socket, log| async move {
        let here = format!("http://{}", socket.local_addr()?);
        while let Some(request) = http1::read(&mut socket).await? {
            let seen = request.seen(number);
            let token = seen.headers.get("x-auth-token").cloned();
            let target = seen.target.clone();
            let path = target.split('?').next().unwrap_or_default();
            log.enter(seen);
            let signed_in = log.rows().iter().filter(|row| row.target.contains("/auth/tokens")).count();
            let catalog = json!([{"type": "volumev3", "endpoints": [
                {"interface": "public", "url": format!("{here}/volume")},
            ]}]);
            let version = json!({"versions": [{"id": "v3.0", "status": "CURRENT",
                "links": [{"rel": "self", "href": format!("{here}/volume/v3/")}]}]});
            let message = json!({"id": "m1", "user_message": "no backend", "request_id": "req-c", "resource_uuid": VOLUME});
            let is_old = token.is_some_and(|token| token == "t1");
            let (status, body) = match path {
                "/v3/auth/tokens" => (201, json!({"token": {"catalog": catalog}})),
                "/volume/" => (300, version),
                "/volume/v3/messages" if is_old => (401, json!({})),
                "/volume/v3/messages" => (200, json!({"messages": [message]})),
                _ if path.ends_with(VOLUME) => (200, json!({"volume": {"id": VOLUME, "status": "error"}})),
                _ => (404, json!({"itemNotFound": {"code": 404, "message": "no"}})),
            };
            if path.ends_with("-000000000000") {
                std::future::pending::<()>().await;
            }
            let (id, body) = (log.len(), body.to_string());
            let text = format!(
                "HTTP/1.1 {status} x\r\nX-Subject-Token: t{signed_in}\r\nX-Openstack-Request-Id: req-{id}\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            );
            socket.write_all(text.as_bytes()).await?;
        }
        Ok(())
    })
    .await
}

fn connect(server: &Server) -> Cloud {
    Cloud::new(server.http(), Auth::application_credential("c1", "hunter2"))
}

/// Runs blocking work on a separate thread.
async fn blocking<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

/// A client that drives the explanations of a connection, as a face makes it.
fn driver(connection: &Connection) -> blocking::Client {
    let builder = connection.driver().begin().expect("a builder");
    builder.build_blocking().expect("a client")
}

fn job(connection: &Connection, client: &blocking::Client, what: &str, token: &CancelToken) -> Job {
    let operation = Operation::new(OperationKind::ExplainResource, what, "");
    let attached = OperationAttached::new().cancel_token(token);
    operation.connection(connection).into_job(client, attached)
}

/// What the service saw, without sign-ins; the trails have the same requests.
fn assert_seen(server: &Server, trails: &[Trail]) {
    let rows = server.log().rows();
    let seen: Vec<String> = (rows.iter())
        .filter(|row| !row.target.contains("/auth/tokens"))
        .map(|row| {
            let parent = row.headers["traceparent"].to_str().unwrap_or_default();
            parent.split('-').nth(2).unwrap_or_default().to_owned()
        })
        .collect();
    let attempts = trails.iter().flat_map(Trail::attempts);
    let told: Vec<String> = attempts.map(|own| own.span_id().to_owned()).collect();
    assert_eq!(told, seen);
}

fn assert_told(json: &str) {
    let story: Value = serde_json::from_str(json).expect("JSON");
    assert_eq!(story["failure"], "the volume is in error: no backend");
    assert_eq!(story["request_ids"], json!(["req-c"]));
    // The version document, the volume, the messages.
    assert_eq!(story["trails"].as_array().map(Vec::len), Some(3));
    assert_eq!(story["trails"][2]["attempts"][1]["cause"], "reauth");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_driver_returns_the_same_story() {
    let what = format!("volume/{VOLUME}");

    let server = cloud().await;
    let connection = connect(&server).connect().await.expect("a connection");
    let story = connection.explain(&what).send().await.expect("a story");
    assert_told(&story.to_json());
    assert_seen(&server, &story.trails);

    let server = cloud().await;
    let (connecting, asked) = (connect(&server), what.clone());
    let story = blocking(move || {
        let connection = connecting.connect_blocking().expect("a connection");
        connection.explain(asked).send_blocking()
    });
    let story = story.await.expect("a story");
    assert_told(&story.to_json());
    assert_seen(&server, &story.trails);

    for submits in [false, true] {
        let server = cloud().await;
        let (connecting, asked) = (connect(&server), what.clone());
        let report: Result<OperationReport, Error> = blocking(move || {
            let connection = connecting.connect_blocking().expect("a connection");
            let client = driver(&connection);
            let job = job(&connection, &client, &asked, &CancelToken::new());
            let host = client.host();
            if !submits {
                return host.run(job, None).into_output();
            }
            let (rung, bell) = mpsc::channel();
            host.set_notify(Box::new(move || rung.send(()).expect("somebody waits")));
            host.submit(job, 7);
            bell.recv().expect("a bell");
            let mut done = Vec::new();
            host.take(&mut done);
            done.remove(0).1.into_output()
        })
        .await;
        let report = report.expect("a report");
        assert_eq!(report.kind, OperationKind::ExplainResource);
        assert_told(&report.json);
        assert!(
            report
                .text
                .is_some_and(|text| text.contains("give the operator: req-c"))
        );
        assert!(report.failure.is_none() && report.verdict.is_none());
        assert_seen(&server, &report.trails);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_that_fails_crosses_as_a_failure_with_its_trails() {
    let server = cloud().await;
    let connecting = connect(&server);
    let (failed, without) = blocking(move || {
        let connection = connecting.connect_blocking().expect("a connection");
        let client = driver(&connection);
        let job = job(&connection, &client, "nothing", &CancelToken::new());
        let failed: Result<OperationReport, Error> = client.host().run(job, None).into_output();
        let without = Operation::new(OperationKind::ExplainResource, "x", "");
        let without = without.into_job(&client, OperationAttached::new());
        let without: Result<OperationReport, Error> =
            client.host().run(without, None).into_output();
        (failed, without)
    })
    .await;
    let report = failed.expect("a report");
    let failure = report.failure.expect("a failure");
    assert_eq!(failure.kind(), ErrorKind::Api);
    assert!(
        failure.message.contains("nothing was found of `nothing`"),
        "{}",
        failure.message
    );
    assert_seen(&server, &report.trails);
    let error = without.expect_err("no connection");
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("has no connection"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hosted_story_is_cancelled_interrupted_and_late() {
    for ends in ["cancelled", "interrupted", "late"] {
        let server = cloud().await;
        let connecting = connect(&server);
        let report: Result<OperationReport, Error> = blocking(move || {
            let connection = connecting.connect_blocking().expect("a connection");
            let client = driver(&connection);
            let token = CancelToken::new();
            let mut options = OperationOptions::default();
            options.timeout = (ends == "late").then_some(std::time::Duration::from_millis(300));
            let operation = Operation::explain_resource(
                &connection,
                "volume/00000000-0000-4000-8000-000000000000",
            );
            let operation = operation.options(options);
            // What it asks first never comes to an end.
            let attached = OperationAttached::new().cancel_token(&token);
            let job = operation.into_job(&client, attached);
            let cancels = token.clone();
            let thread = std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(300));
                if ends == "cancelled" {
                    cancels.cancel();
                }
            });
            let interrupted = || ends == "interrupted";
            let outcome = client.host().run(job, Some(&interrupted)).into_output();
            thread.join().expect("no panic");
            outcome
        })
        .await;
        let report = report.expect("a report");
        let failure = report.failure.expect("a failure");
        let wanted = if ends == "late" {
            ErrorKind::Timeout
        } else {
            ErrorKind::Cancelled
        };
        assert_eq!(failure.kind(), wanted, "{ends}: {}", failure.message);
    }
}
