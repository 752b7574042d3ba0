//! A program whose calls contain many secrets, and fail, are repeated, redirected, refused or never get a response.
//!
//! `secrets BASE_URL`, with the journal of `REQTRAIL_JOURNAL`. It prints the content of its recorders, and an empty line. Then it
//! has a call under way until it is killed.

use std::error::Error;
use std::io::{self, Write as _};
use std::time::Duration;

use reqtrail::blocking::Client;
use reqtrail::http::HeaderName;
use reqtrail::openstack::{Auth, Cloud, Domain, Receipt, User};
use reqtrail::{ClientBuilder, CustomDialect, JournalPolicy, JournalSync, Proxy, Secret};
use reqtrail_blackbox::canary;
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let base_url = std::env::args().nth(1).ok_or("usage: secrets BASE_URL")?;
    let mut out = io::stdout().lock();
    let acme = CustomDialect::builder("acme")
        .credential(HeaderName::from_static("x-acme"), "")
        .error_code("/error")
        .error_message("/message")
        .build()?;
    let proxy = base_url.replace("//", &format!("//user:{}@", encoded(3)));
    let builders = [
        reqtrail::Client::novavms(&base_url)
            .token(canary(1))
            .token_refresher_blocking(|| Ok(Secret::from(canary(2))))
            .default_secret_header("x-tenant", canary(4)),
        reqtrail::Client::novavms("http://novavms.example")
            .token(canary(1))
            .proxy(Proxy::Url(proxy.into())),
        reqtrail::Client::openstack(&base_url).token(canary(1)),
        reqtrail::Client::builder(&base_url)
            .dialect(acme)
            .token(canary(5)),
    ];
    let clients = builders
        .into_iter()
        .map(|builder| quick(builder).build_blocking())
        .collect::<Result<Vec<_>, _>>()?;
    let paths = [
        "/ok", "/refused", "/renew", "/busy", "/drop", "/cut", "/never", "/moved", "/away",
        "/named",
    ];
    for client in &clients {
        for path in paths {
            for method in ["GET", "POST"] {
                if let Err(error) = call(client, method, path) {
                    // The error contains the message of the server, which may repeat secrets.
                    if let Some(trail) = error.trail() {
                        writeln!(out, "{trail:?}")?;
                    }
                }
            }
        }
    }
    let user = || User::named("demo", Domain::id("default"));
    for auth in [
        Auth::password(user(), canary(16)),
        Auth::application_credential("an-id", canary(17)),
        Auth::multifactor([
            Auth::password(user(), canary(16)),
            Auth::totp(user(), canary(21)),
        ])
        .receipt(Receipt::new(canary(22))),
    ] {
        let cloud = Cloud::new(format!("{base_url}/refused"), auth);
        // Its client uses the journal of the environment.
        if let Ok(cloud) = cloud.connect_blocking() {
            return Err(format!("{cloud:?} is signed in").into());
        }
    }
    let standalone = Cloud::with_basic_auth(&base_url, "user", canary(23)).connect_blocking()?;
    let standalone = quick(standalone.compute()?).build_blocking()?;
    if let Err(error) = standalone.get("/named").send() {
        writeln!(out, "{:?} {standalone:?}", error.trail())?;
    }
    for url in [
        format!("http://user:{}@127.0.0.1", encoded(18)),
        format!("{base_url}?key={}", encoded(19)),
    ] {
        if let Err(error) = reqtrail::Client::novavms(url).build_blocking() {
            writeln!(out, "{error} {error:?}")?;
        }
    }
    for client in &clients {
        write!(out, "{}", client.recorder().dump())?;
        writeln!(out, "{client:?}")?;
    }
    let client = reqtrail::Client::novavms(base_url)
        .token(canary(1))
        .journal_sync(JournalSync::Always)
        .build_blocking()?;
    std::thread::scope(|scope| -> Result<(), Box<dyn Error>> {
        let calls = scope.spawn(|| call(&client, "POST", "/never"));
        while !client
            .recorder()
            .in_flight()
            .iter()
            .any(|call| call.may_have_been_sent)
        {
            if calls.is_finished() {
                return Err("it is answered".into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        write!(out, "{}", client.recorder().dump())?;
        writeln!(out)?;
        out.flush()?;
        Ok(())
    })
}

fn quick(builder: ClientBuilder) -> ClientBuilder {
    builder
        .base_delay(Duration::from_millis(1))
        .max_delay(Duration::from_millis(2))
        .max_attempts(2)
        .attempt_timeout(Duration::from_millis(300))
        .journal_policy(JournalPolicy::All)
        .journal_sync(JournalSync::Always)
}

/// Makes a call with a secret in every place where one is possible.
fn call(client: &Client, method: &str, path: &str) -> Result<(), reqtrail::Error> {
    let mut request = client
        .request(method, format!("{path}/{{id}}"))
        .secret_param("id", canary(6))
        .query("sig", canary(7))
        .query("limit", 5)
        .secret_header("x-ticket", canary(8))
        .header("cookie", format!("session={}", encoded(9)))
        .header("x-api-key", canary(10));
    if path == "/refused" {
        request = request.header("authorization", format!("Bearer {}", canary(11)));
    }
    if path == "/busy" {
        let basic = base64(&format!("user:{}", canary(12)));
        request = request.header("authorization", format!("Basic {basic}"));
    }
    if method == "POST" {
        request = match path {
            "/cut" => request.form(&[("client_secret", canary(14))]),
            _ => request.json(&json!({ "password": canary(13) })),
        };
    }
    request.send().map(drop)
}

/// Encodes the secret as in a URL and a cookie.
fn encoded(number: usize) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let one = |byte: u8| match safe(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    canary(number).bytes().map(one).collect()
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
