//! Signing in to OpenStack over TLS, on both ways of driving calls: the options of the wire serve Keystone and the API.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use reqtrail::openstack::{Auth, Cloud, Connection};
use reqtrail::{Attempt, Cause, ErrorKind, Observer, TrailNote};
use tokio::io::AsyncWriteExt as _;

use crate::support::{Authority, Outcome, Server, Tls, http1, trail};

/// Keystone and a compute API that refuses the first of Keystone's tokens.
async fn openstack(authority: &Authority) -> Server {
    let acceptor = Tls::new(authority.server()).acceptor();
    let tokens = Arc::<AtomicUsize>::default();
    Server::start(move |_, socket, _| {
        let (acceptor, tokens) = (acceptor.clone(), Arc::clone(&tokens));
        async move {
            let address = socket.local_addr()?;
            let mut io = acceptor.accept(socket).await?;
            while let Some(request) = http1::read(&mut io).await? {
                let (head, body) = if request.start.starts_with("POST /keystone/v3/auth/tokens ") {
                    let number = tokens.fetch_add(1, Ordering::SeqCst) + 1;
                    let url = format!("https://{address}/compute");
                    (
                        format!("201 Created\r\nX-Subject-Token: t{number}"),
                        format!(
                            r#"{{"token": {{"catalog": [{{"type": "compute", "endpoints":
                                [{{"interface": "public", "url": "{url}"}}]}}]}}}}"#
                        ),
                    )
                } else if request.start.starts_with("GET /compute/v2.1/servers ")
                    && request.headers["x-auth-token"] != "t1"
                {
                    ("200 OK".to_owned(), "{}".to_owned())
                } else {
                    ("401 Unauthorized".to_owned(), "{}".to_owned())
                };
                let length = body.len();
                let text = format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\n\r\n{body}");
                io.write_all(text.as_bytes()).await?;
                io.flush().await?;
            }
            Ok(())
        }
    })
    .await
}

fn cloud(server: &Server) -> Cloud {
    let auth = Auth::application_credential("c1", "hunter2");
    Cloud::new(format!("{}/keystone", server.https()), auth)
}

fn assert_renewed(outcome: &Outcome) {
    assert!(outcome.is_ok(), "{outcome:?}");
    let causes: Vec<_> = trail(outcome)
        .attempts()
        .iter()
        .map(Attempt::cause)
        .collect();
    assert_eq!(causes, [Cause::Initial, Cause::Reauth]);
}

/// Runs blocking work on a separate thread.
async fn blocking<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

fn call_blocking(connection: &Connection) -> Outcome {
    let builder = connection.compute().expect("a builder");
    let client = builder.build_blocking().expect("a client");
    client.get("/servers").send()
}

async fn call(connection: &Connection) -> Outcome {
    let builder = connection.compute().expect("a builder");
    let client = builder.build().expect("a client");
    client.get("/servers").send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn both_ways_of_connecting_serve_both_kinds_of_clients() {
    let authority = Authority::new();
    for (connects_blocking, calls_blocking) in
        [(false, false), (false, true), (true, false), (true, true)]
    {
        let server = openstack(&authority).await;
        let cloud = cloud(&server).extra_ca(authority.pem.clone());
        let connection = if connects_blocking {
            blocking(move || cloud.connect_blocking()).await
        } else {
            cloud.connect().await
        };
        let connection = connection.expect("a connection");
        let outcome = if calls_blocking {
            blocking(move || call_blocking(&connection)).await
        } else {
            call(&connection).await
        };
        assert_renewed(&outcome);
    }
}

/// Notes the path of each call that ended.
#[derive(Default)]
struct Paths(Mutex<Vec<String>>);

impl Observer for Paths {
    fn call_finished(&self, event: &reqtrail::CallFinished<'_>) {
        let trail = event.trail;
        self.0
            .lock()
            .expect("the lock")
            .push(trail.path().to_owned());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_are_watched_like_calls() {
    let authority = Authority::new();
    let server = openstack(&authority).await;
    let (of_cloud, of_connection) = (Arc::<Paths>::default(), Arc::<Paths>::default());
    let cloud = cloud(&server)
        .extra_ca(authority.pem.clone())
        .observer(Arc::clone(&of_cloud));
    let late = Arc::clone(&of_connection);
    let outcome = blocking(move || {
        let connection = cloud.connect_blocking().expect("a connection");
        call_blocking(&connection.observer(late))
    })
    .await;
    assert_renewed(&outcome);
    let seen = |paths: &Paths| paths.0.lock().expect("the lock").clone();
    let (sign_in, call) = ("/v3/auth/tokens", "/servers");
    assert_eq!(seen(&of_cloud), [sign_in, sign_in, call]);
    assert_eq!(seen(&of_connection), [sign_in, call]);
}

#[tokio::test(flavor = "multi_thread")]
async fn verification_is_on_unless_it_is_turned_off_for_both() {
    let server = openstack(&Authority::new()).await;
    let error = cloud(&server).connect().await.expect_err("no trust");
    assert_eq!(error.kind(), ErrorKind::Connect);
    let careless = cloud(&server).danger_accept_invalid_certs(true);
    let connection = careless.connect().await.expect("a connection");
    let session = connection.session().expect("a session");
    assert_eq!(session.trail().notes(), [TrailNote::TlsUnverified]);
    let outcome = call(&connection).await;
    assert_renewed(&outcome);
    assert_eq!(trail(&outcome).notes(), [TrailNote::TlsUnverified]);
}
