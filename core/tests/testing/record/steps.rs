//! The steps of recording processes.

use std::io::Write as _;

use reqtrail::openstack::{Auth, Cloud, Domain, User};
use reqtrail::testing::Mock;
use reqtrail::{BuiltInTransport, Client, ClientBuilder, Proxy, Secret};
use serde_json::json;

use super::attack::{BASIC, PATHS};

use crate::process::{BASE, FILE, STEP, TOKEN};
use crate::replay::kinds;
use crate::session;
use crate::support::Log;

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn builder() -> ClientBuilder {
    let base = variable(BASE);
    Client::novavms(base)
        .token(variable(TOKEN))
        .proxy(Proxy::None)
        .max_attempts(1)
}

fn report(text: impl std::fmt::Display) {
    let line = format!("\noutput {text}\n");
    std::io::stdout()
        .write_all(line.as_bytes())
        .expect("a reader");
}

async fn get(client: &Client, path: &str) -> String {
    match client.get(path).send().await {
        Ok(response) => format!("{} {}", response.status().as_u16(), response.bytes().len()),
        Err(error) => error.kind().to_string(),
    }
}

/// Passes everything on.
struct Own(BuiltInTransport);

impl reqtrail::Transport for Own {
    type Body = <BuiltInTransport as reqtrail::Transport>::Body;

    fn now(&self) -> std::time::Instant {
        self.0.now()
    }

    fn sleep_until(&self, at: std::time::Instant) -> reqtrail::Sleep {
        self.0.sleep_until(at)
    }

    async fn exchange(
        &self,
        request: reqtrail::WireRequest,
    ) -> Result<reqtrail::Reply<Self::Body>, reqtrail::TransportError> {
        self.0.exchange(request).await
    }

    fn spawn(&self, task: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.0.spawn(task);
    }
}

fn tell_all(outcomes: Vec<serde_json::Value>) {
    for outcome in outcomes {
        report(outcome);
    }
}

/// Sends a secret in every place that there is for one.
async fn attack() {
    let client = builder()
        .token_refresher(|| async { Ok(Secret::from("s3cr3t-fresh")) })
        .build()
        .expect("a client");
    for path in PATHS.split_whitespace() {
        let request = match path {
            "/own" => client
                .get(path)
                .header("Authorization", format!("Basic {BASIC}")),
            "/cookies" => client.get(path).header("Cookie", "sid=s3cr3t-cookie"),
            "/query" => client
                .get("/query/{key}")
                .secret_param("key", "s3cr3t-param")
                .query("sig", "s3cr3t-query"),
            "/form" => client
                .post(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body("grant_type=password&password=s3cr3t+form%2F1"),
            "/json" => client
                .post(path)
                .json(&json!({"a": [{"api_key": "s3cr3t-deep"}], "token": {"id": "s3cr3t-id"}})),
            _ => client.get(path),
        };
        let said = match request.send().await {
            Ok(response) => response.status().to_string(),
            Err(error) => error.kind().to_string(),
        };
        report(said);
    }
}

/// Plays a recorded session to both kinds of clients, without a network if `BASE` names a server.
async fn play_session() {
    let server = variable(BASE);
    if !server.is_empty() {
        let reached = std::net::TcpStream::connect(&server);
        reached.expect_err("a server that cannot be reached");
    }
    let text = std::fs::read_to_string(variable(FILE)).expect("a recording");
    let client_of = |mock: &Mock| {
        // The path of the sandbox's base URL is a part of what was recorded.
        let elsewhere = Client::novavms("https://api.example/api/v1");
        session::options(mock.attach(elsewhere))
    };
    let mock = Mock::from_script(&text).expect("a script");
    let client = client_of(&mock).build().expect("a client");
    tell_all(session::run(&client).await);
    mock.check().expect("no problems");

    let mock = Mock::from_script(&text).expect("a script");
    let client = client_of(&mock).build_blocking().expect("a client");
    let blocking = std::thread::spawn(move || session::run_blocking(&client));
    tell_all(blocking.join().expect("no panic"));
    mock.check().expect("no problems");
}

fn user() -> User {
    User::named("somebody", Domain::name("Default"))
}

/// Signs in, and makes a call.
async fn sign_in(auth: Auth) {
    let cloud = Cloud::new(format!("{}/identity", variable(BASE)), auth);
    let connection = cloud.connect().await.expect("a sign-in");
    let client = connection
        .compute()
        .expect("an endpoint")
        .proxy(Proxy::None);
    report(get(&client.build().expect("a client"), "/servers").await);
}

/// Does the step that the environment names.
pub(super) async fn run() {
    match variable(STEP).as_str() {
        "session" => {
            let client = session::options(builder().max_attempts(4))
                .build()
                .expect("a client");
            tell_all(session::run(&client).await);
        }
        "blocking-session" => {
            let client = session::options(builder().max_attempts(4))
                .build_blocking()
                .expect("a client");
            let outcomes = std::thread::spawn(move || session::run_blocking(&client));
            tell_all(outcomes.join().expect("no panic"));
        }
        "played-session" => play_session().await,
        "two-kinds" => {
            let client = kinds::options(builder()).build().expect("a client");
            tell_all(kinds::run_two(&client).await);
        }
        "attack" => attack().await,
        "two-names" => {
            for name in ["session.json", "sub/../session.json"] {
                let file = std::path::Path::new(&variable(FILE)).join(name);
                let client = builder().record(file).build().expect("a client");
                report(get(&client, "/x").await);
            }
        }
        "dies" => {
            let client = builder().build().expect("a client");
            for path in ["/1", "/2"] {
                get(&client, path).await;
            }
            std::process::abort();
        }
        "kinds" => {
            let client = kinds::options(builder()).build().expect("a client");
            tell_all(kinds::run(&client).await);
        }
        "option" => match builder().record(variable(FILE)).build() {
            Ok(client) => report(get(&client, "/x").await),
            Err(error) => report(error),
        },
        "paths" => {
            let client = builder().build().expect("a client");
            for path in variable("REQTRAIL_TEST_PATHS").split(' ') {
                report(get(&client, path).await);
            }
        }
        "several" => {
            let first = builder().build().expect("a client");
            report(get(&first.clone(), "/1").await);
            let second = builder().build().expect("a client");
            report(get(&second, "/2").await);
            drop((first, second));
            let wrapped = builder().wrap_transport(Own).build().expect("a client");
            report(get(&wrapped, "/3").await);
            let blocking = builder().build_blocking().expect("a client");
            let thread = std::thread::spawn(move || blocking.get("/4").send().map(|_| ()));
            thread.join().expect("no panic").expect("an answer");
        }
        "late" => {
            // The token of the second client stood in an answer before anybody knew that it is one.
            let first = builder().build().expect("a client");
            report(get(&first, "/1").await);
            let second = builder().token("s3cr3t-late").build().expect("a client");
            report(get(&second, "/2").await);
        }
        "concurrent" => {
            let client = builder().build().expect("a client");
            let slow = tokio::spawn({
                let client = client.clone();
                async move { get(&client, "/slow").await }
            });
            // Its request goes out first.
            tokio::task::yield_now().await;
            report(get(&client, "/fast").await);
            report(get(&client, "/release").await);
            report(slow.await.expect("no panic"));
        }
        "sign-in" => sign_in(Auth::password(user(), "s3cr3t-password")).await,
        "multi-factor" => {
            let password = Auth::password(user(), "s3cr3t-password");
            sign_in(Auth::multifactor([password, Auth::totp(user(), "918273")])).await;
        }
        "made" => {
            let client = builder().build().expect("a client");
            let made = uuid::Builder::from_random_bytes([7; 16]).into_uuid();
            let given = "0192f0c1-2b3a-4c5d-8e9f-0123456789ab";
            for id in [made.to_string(), made.to_string(), given.to_owned()] {
                report(get(&client, &format!("/things/{id}")).await);
            }
        }
        "log" => {
            let log = Log::default();
            let guard = log.begin();
            let client = builder().build().expect("a client");
            drop(guard);
            drop(client);
            report(log.lines().join(" "));
        }
        step => panic!("there is no step `{step}`"),
    }
}
