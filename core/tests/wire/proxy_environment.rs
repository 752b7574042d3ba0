//! The proxy that the environment names. The environment belongs to a whole process, so each case has a separate one:
//! this test binary, which runs only [`a_call_in_a_process_of_its_own`].

use std::collections::HashSet;
use std::process::Command;

use reqtrail::{Proxy, TrailNote};
use serde_json::Value;

use crate::support::proxy_server::{basic, proxy_server};
use crate::support::{Authority, Server, Tls, builder, trail};

const CHILD: &str = "proxy_environment::a_call_in_a_process_of_its_own";
const ORIGIN: &str = "REQTRAIL_WIRE_ORIGIN";
const CA: &str = "REQTRAIL_WIRE_CA";
const NO_PROXY_WANTED: &str = "REQTRAIL_WIRE_PROXY_NONE";

/// Makes the call that the environment describes, and prints its trail.
#[tokio::test]
#[ignore = "a process that other tests start"]
async fn a_call_in_a_process_of_its_own() {
    let Ok(origin) = std::env::var(ORIGIN) else {
        return;
    };
    let mut client = builder(origin).max_attempts(1);
    if let Ok(pem) = std::env::var(CA) {
        client = client.extra_ca(pem);
    }
    client = client.proxy(match std::env::var(NO_PROXY_WANTED) {
        Ok(_) => Proxy::None,
        Err(_) => Proxy::Environment,
    });
    let client = client.build().expect("a client");
    let outcome = client.get("/things").send().await;
    println!("\n{}", trail(&outcome).to_json());
}

/// Runs a call in a process with these variables and no other ones that name a proxy; returns all that it printed,
/// and its trail.
async fn call(variables: Vec<(&'static str, String)>) -> (String, Value) {
    let output = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(std::env::current_exe().expect("this binary"));
        command.args(["--exact", CHILD, "--ignored", "--nocapture"]);
        for name in [
            "http_proxy",
            "https_proxy",
            "all_proxy",
            "no_proxy",
            "request_method",
        ] {
            command.env_remove(name).env_remove(name.to_uppercase());
        }
        command.envs(variables).output()
    });
    let output = output.await.expect("no panic").expect("a process");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    let line = text.lines().find(|line| line.starts_with('{'));
    let trail = serde_json::from_str(line.expect("a trail")).expect("JSON");
    (format!("{text}{errors}"), trail)
}

/// A proxy, and two origins behind it.
struct Net {
    proxy: Server,
    plain: Server,
    secure: Server,
    authority: Authority,
}

impl Net {
    async fn new(wanted: Option<String>) -> Self {
        let authority = Authority::new();
        Self {
            proxy: proxy_server(wanted).await,
            plain: Server::plain().await,
            secure: Tls::new(authority.server()).serve().await,
            authority,
        }
    }

    /// Calls each origin under these variables; the calls have to succeed, and to go through the proxy or not.
    async fn check(&self, variables: &[(&'static str, String)], through: Through) {
        for (origin, url, wanted) in [
            (&self.plain, self.plain.http(), through.plain),
            (&self.secure, self.secure.https(), through.secure),
        ] {
            let before = (self.proxy.log().len(), origin.log().len());
            let mut variables = variables.to_vec();
            variables.push((ORIGIN, url));
            variables.push((CA, self.authority.pem.clone()));
            let (_, trail) = call(variables).await;
            assert_eq!(trail["outcome"], "ok", "{trail}");
            let after = (self.proxy.log().len(), origin.log().len());
            assert_eq!(after, (before.0 + usize::from(wanted), before.1 + 1));
            let notes: Vec<_> = trail["notes"].as_array().expect("notes").iter().collect();
            let via = TrailNote::ViaProxy.as_str();
            assert_eq!(notes, if wanted { vec![via] } else { vec![] });
            assert_eq!(spans(&trail), [origin.log().rows()[before.1].span()].into());
        }
    }
}

/// Which calls have to go through the proxy.
#[derive(Clone, Copy)]
struct Through {
    plain: bool,
    secure: bool,
}

const BOTH: Through = Through {
    plain: true,
    secure: true,
};
const NEITHER: Through = Through {
    plain: false,
    secure: false,
};

fn spans(trail: &Value) -> HashSet<&str> {
    let attempts = trail["attempts"].as_array().expect("attempts");
    attempts
        .iter()
        .filter_map(|a| a["span_id"].as_str())
        .collect()
}

#[tokio::test]
async fn the_environment_names_a_proxy_for_each_scheme() {
    let net = Net::new(None).await;
    let proxy = net.proxy.http();
    net.check(&[], NEITHER).await;
    let plain = Through {
        plain: true,
        secure: false,
    };
    net.check(&[("HTTP_PROXY", proxy.clone())], plain).await;
    let secure = Through {
        plain: false,
        secure: true,
    };
    net.check(&[("https_proxy", proxy.clone())], secure).await;
    net.check(&[("ALL_PROXY", proxy)], BOTH).await;
}

#[tokio::test]
async fn the_environment_excepts_hosts() {
    let net = Net::new(None).await;
    let with = |hosts: &str| {
        [
            ("ALL_PROXY", net.proxy.http()),
            ("NO_PROXY", hosts.to_owned()),
        ]
    };
    net.check(&with("127.0.0.1"), NEITHER).await;
    net.check(&with("api.example, 127.0.0.0/8"), NEITHER).await;
    net.check(&with("api.example,10.0.0.0/8"), BOTH).await;
}

#[tokio::test]
async fn a_star_excepts_every_host() {
    let net = Net::new(None).await;
    let proxy = ("ALL_PROXY", net.proxy.http());
    net.check(&[proxy, ("NO_PROXY", "*".to_owned())], NEITHER)
        .await;
}

#[tokio::test]
async fn a_client_without_a_proxy_ignores_the_environment() {
    let net = Net::new(None).await;
    let variables = [
        ("ALL_PROXY", net.proxy.http()),
        ("HTTP_PROXY", net.proxy.http()),
        ("HTTPS_PROXY", net.proxy.http()),
        (NO_PROXY_WANTED, String::new()),
    ];
    net.check(&variables, NEITHER).await;
}

#[tokio::test]
async fn credentials_of_the_environment_reach_the_proxy_alone() {
    let net = Net::new(Some(basic("squid:hun/ter2"))).await;
    let url = |password| format!("http://squid:{password}@{}", net.proxy.address());
    net.check(&[("ALL_PROXY", url("hun%2Fter2"))], BOTH).await;

    for origin in [net.plain.http(), net.secure.https()] {
        let wrong = basic("squid:not-hunter");
        let (printed, trail) = call(vec![
            ("ALL_PROXY", url("not-hunter")),
            (ORIGIN, origin),
            (CA, net.authority.pem.clone()),
        ])
        .await;
        assert_ne!(trail["outcome"], "ok");
        assert_eq!(trail["notes"][0], "via_proxy");
        let coded = wrong.trim_start_matches("Basic ");
        assert!(
            !printed.contains("not-hunter") && !printed.contains(coded),
            "{printed}"
        );
    }
    // The origins saw the good credentials' calls and no others, and no credentials.
    assert_eq!((net.plain.log().len(), net.secure.log().len()), (1, 1));
    for row in [net.plain.log().rows(), net.secure.log().rows()].concat() {
        assert!(!row.headers.contains_key("proxy-authorization"));
    }
}
