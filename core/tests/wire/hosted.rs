//! What bindings do in addition to calls: sign-ins that may be interrupted, and operations of the compute API that a host
//! drives.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use reqtrail::openstack::{
    Auth, Cloud, Operation, OperationAttached, OperationOptions, OperationReport,
};
use reqtrail::{CancelToken, Client, Error, ErrorKind, blocking};
use tokio::io::AsyncWriteExt as _;

use crate::support::{Server, http1};

/// A cloud whose Keystone takes connections and answers nothing; with the socket that has to live as long.
fn silent() -> (Cloud, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let auth = Auth::application_credential("c1", "hunter2");
    (Cloud::new(url, auth), listener)
}

#[test]
fn a_sign_in_is_interrupted_by_its_caller_and_cancelled_from_elsewhere() {
    let (cloud, _listener) = silent();
    let asked = AtomicUsize::new(0);
    let third_time = || asked.fetch_add(1, Ordering::SeqCst) == 2;
    let token = CancelToken::new();
    let interrupted = cloud
        .connect_hosted(&token, Some(&third_time))
        .expect_err("no session");
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    // Interrupting one sign-in does not cancel what else has the token.
    assert!(!token.is_cancelled());

    let cancelled = std::thread::scope(|scope| {
        let connecting = scope.spawn(|| cloud.connect_hosted(&token, None));
        token.cancel();
        connecting
            .join()
            .expect("no panic")
            .expect_err("no session")
    });
    for error in [interrupted, cancelled] {
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        let trail = error.trail().expect("a trail");
        assert_eq!(trail.path(), "/v3/auth/tokens");
    }
}

/// A compute API with one server.
async fn compute_api() -> Server {
    Server::start(|_, mut socket, _| async move {
        while let Some(request) = http1::read(&mut socket).await? {
            let (status, body) = match request.start.split(' ').nth(1) {
                Some("/servers/s1") => ("200 OK", r#"{"server": {"id": "s1", "status": "ACTIVE", "new": [1]}}"#),
                Some("/servers/s1/os-instance-actions?limit=1") => (
                    "200 OK",
                    r#"{"instanceActions": [{"action": "create", "request_id": "req-1"}],
                        "links": [{"rel": "next", "href": "http://there/next"}]}"#,
                ),
                _ => (
                    "404 Not Found",
                    r#"{"itemNotFound": {"code": 404, "message": "no such server"}}"#,
                ),
            };
            let length = body.len();
            let text = format!(
                "HTTP/1.1 {status}\r\nX-Openstack-Request-Id: req-9\r\nContent-Length: {length}\r\n\r\n{body}"
            );
            socket.write_all(text.as_bytes()).await?;
        }
        Ok(())
    })
    .await
}

type Ended = Result<OperationReport, Error>;

/// Submits an operation, and waits for its end.
fn submitted(client: &blocking::Client, operation: Operation) -> Ended {
    let (rung, bell) = mpsc::channel();
    let host = client.host();
    host.set_notify(Box::new(move || rung.send(()).expect("somebody waits")));
    host.submit(operation.into_job(client, OperationAttached::new()), 7);
    let mut done = Vec::new();
    while done.is_empty() {
        bell.recv().expect("a bell");
        host.take(&mut done);
    }
    assert_eq!(done.len(), 1);
    let (tag, outcome) = done.remove(0);
    assert_eq!(tag, 7);
    outcome.into_output()
}

/// Runs an operation on this thread.
fn ran(client: &blocking::Client, operation: Operation, attached: OperationAttached) -> Ended {
    let job = operation.into_job(client, attached);
    client.host().run(job, None).into_output()
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_are_driven_by_a_host() {
    let api = compute_api().await;
    let client = Client::openstack(api.http());
    let client = client.token("t").build_blocking().expect("a client");
    tokio::task::spawn_blocking(move || {
        let read = submitted(&client, Operation::server("s1")).expect("a server");
        assert_eq!(read.trails[0].request_ids(), ["req-9"]);
        let json: serde_json::Value = serde_json::from_str(&read.json).expect("JSON");
        assert_eq!(json["status"], "ACTIVE");
        assert_eq!(json["new"], serde_json::json!([1]));
        assert!(json["fault"].is_null());

        let gone = submitted(&client, Operation::server("s2")).expect_err("no such server");
        assert_eq!(gone.status(), Some(http::StatusCode::NOT_FOUND));

        let mut options = OperationOptions::default();
        options.limit = Some(1);
        let list = Operation::actions("s1").options(options);
        let page = ran(&client, list.clone(), OperationAttached::new()).expect("a page");
        let json: serde_json::Value = serde_json::from_str(&page.json).expect("JSON");
        assert_eq!(json["next"], "http://there/next");
        assert_eq!(json["actions"][0]["request_id"], "req-1");

        let output = list.run(&client, OperationAttached::new()).expect("a page");
        assert_eq!(output.to_json(), page.json);

        let token = CancelToken::new();
        token.cancel();
        let attached = OperationAttached::new().cancel_token(&token);
        let error = ran(&client, Operation::action("s1", "req-1"), attached);
        assert_eq!(error.expect_err("cancelled").kind(), ErrorKind::Cancelled);
    })
    .await
    .expect("no panic");
}
