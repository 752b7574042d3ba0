//! Follows volumes while their service stops, dies, breaks connections and responds with 503, and while tokens expire.
//!
//! The end of each is known in advance, so a verdict is right or wrong. `REQTRAIL_OPENSTACK_FOLLOWS` sets how many are followed.

use std::process::Command;
use std::time::Duration;

use futures_util::future::join_all;
use reqtrail::Client;
use reqtrail::openstack::{
    ActionError, ActionReport, Auth, Cloud as At, Connection, Domain, Project, Resources, Scope,
    ServiceOptions, User, Verdict,
};
use reqtrail_openstack_tests::Cloud;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::support::{act_on_volume, available, patient, revoke_at, snapshot, volume};

/// How many volumes are followed without the variable.
const FOLLOWS: usize = 20;
const VARIABLE: &str = "REQTRAIL_OPENSTACK_FOLLOWS";

/// How many are followed at once.
const AT_ONCE: usize = 10;

/// The faults of the attempts of the followers. Each batch has its own seed.
const FAULTS: &str =
    "503@12%,502:retry-after=1@3%,reset-after@5%,reset-before@5%,refused@5%,cut-body@4%";

/// A cloud with only Keystone and Cinder, which a test may stop and kill.
struct Victim {
    cloud: Cloud,
}

impl Victim {
    fn start() -> Self {
        let cloud = Cloud::start(&["--services", "cinder"]);
        Self {
            cloud: cloud.unwrap_or_else(|why| panic!("{why}")),
        }
    }

    /// Sends Cinder a signal, by its process ID.
    fn signal(&self, name: &str) {
        let pid = self.cloud.facts()["cinder"]["pid"].as_u64().expect("an ID");
        let sent = Command::new("kill")
            .args([format!("-{name}"), pid.to_string()])
            .status();
        assert!(sent.expect("kill").success(), "{name} to {pid}");
    }

    /// Connects as a member, with a new token.
    async fn connect(&self) -> Connection {
        let fact = |name: &str| self.cloud.fact(&format!("/users/member/{name}"));
        let user = User::named("member", Domain::id(fact("domain_id")));
        let auth = Auth::password(user, fact("password"))
            .scope(Scope::Project(Project::id(fact("project_id"))));
        let at = At::new(self.cloud.keystone(), auth).region(self.cloud.fact("/region"));
        at.connect().await.expect("a connection")
    }
}

async fn client(connection: &Connection) -> reqtrail::ClientBuilder {
    let builder = connection.client("volume", &ServiceOptions::new()).await;
    builder.expect("an endpoint")
}

/// Starts work on a volume. Returns the response and how the work will end.
async fn begin(clean: &Client, number: usize, cloud: &Cloud) -> (reqtrail::Response, Verdict) {
    let create = |metadata: Value| volume(clean, json!({ "size": 1, "metadata": metadata }));
    let extend = |size: u64| json!({ "os-extend": { "new_size": size } });
    let capacity = cloud.facts()["capacity_gb"].as_u64().expect("a number");
    let (good, bad) = (Verdict::Succeeded, Verdict::Failed);
    match number % 10 {
        0 => (
            create(json!({ "driver.create_volume": "sleep=0.5" }))
                .await
                .0,
            good,
        ),
        1 => (
            create(json!({ "driver.create_volume": "sleep=0.5,error" }))
                .await
                .0,
            bad,
        ),
        2 => {
            let what = json!({ "size": 1, "volume_type": cloud.fact("/volume_types/nowhere") });
            (volume(clean, what).await.0, bad)
        }
        3 => {
            let id = available(clean, json!({ "driver.extend_volume": "sleep=0.5" })).await;
            (act_on_volume(clean, &id, extend(2)).await, good)
        }
        4 => {
            let id = available(clean, json!({ "driver.extend_volume": "error" })).await;
            (act_on_volume(clean, &id, extend(2)).await, bad)
        }
        5 => {
            let id = available(clean, json!({})).await;
            (act_on_volume(clean, &id, extend(capacity + 1)).await, bad)
        }
        step @ (6 | 7) => {
            let id = available(clean, json!({})).await;
            let (how, end) = if step == 6 {
                ("sleep=0.5", good)
            } else {
                ("error", bad)
            };
            let metadata = json!({ "driver.create_snapshot": how });
            (snapshot(clean, &id, metadata).await.0, end)
        }
        step => {
            let (how, end) = if step == 8 {
                ("sleep=0.5", good)
            } else {
                ("error", bad)
            };
            let id = available(clean, json!({ "driver.delete_volume": how })).await;
            let call = clean.delete("/volumes/{id}").param("id", &id).send();
            (call.await.expect("accepted"), end)
        }
    }
}

/// Follows the work and counts the polls.
async fn follow(
    client: Client,
    accepted: &reqtrail::Response,
    polled: mpsc::UnboundedSender<()>,
    deadline: Duration,
) -> Result<ActionReport, ActionError> {
    let tell = move |_: &reqtrail::openstack::Progress<'_>| {
        let _ = polled.send(());
    };
    let follow = Resources::new(client).follow(accepted);
    let follow = follow.poll_interval(Duration::from_millis(100), Duration::from_millis(500));
    follow.deadline(deadline).on_progress(tell).send().await
}

fn report(outcome: &Result<ActionReport, ActionError>) -> &ActionReport {
    match outcome {
        Ok(report) => report,
        Err(error) => error.report(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_verdict_is_wrong_during_faults() {
    let victim = Victim::start();
    let wanted = std::env::var(VARIABLE).map_or(FOLLOWS, |text| {
        text.parse()
            .unwrap_or_else(|e| panic!("{VARIABLE} is {text}: {e}"))
    });
    let mut renewed = 0;
    let mut broken = 0;
    for first in (0..wanted).step_by(AT_ONCE) {
        let clean = patient(client(&victim.connect().await).await);
        let numbers = first..wanted.min(first + AT_ONCE);
        let begun = join_all(numbers.map(|number| begin(&clean, number, &victim.cloud))).await;
        let connection = victim.connect().await;
        let stormy = client(&connection)
            .await
            .chaos(format!("{FAULTS};seed={first}"));
        // So that a stopped Cinder is noticed soon.
        let stormy = stormy
            .attempt_timeout(Duration::from_secs(1))
            .timeout(Duration::from_secs(5));
        let stormy = stormy
            .base_delay(Duration::from_millis(10))
            .build()
            .expect("a client");
        let (polled, mut polls) = mpsc::unbounded_channel();
        let deadline = Duration::from_secs(120);
        let follows = begun
            .iter()
            .map(|(accepted, _)| follow(stormy.clone(), accepted, polled.clone(), deadline));
        let disturb = async {
            // Once they are under way, the token expires, and the service stops for longer than an attempt waits.
            let _ = polls.recv().await;
            let token = connection.session().expect("a session").token();
            revoke_at(&victim.cloud, token.secret().expose()).await;
            let _ = polls.recv().await;
            victim.signal("STOP");
            tokio::time::sleep(Duration::from_millis(1500)).await;
            victim.signal("CONT");
        };
        let (outcomes, ()) = tokio::join!(join_all(follows), disturb);
        for ((accepted, truth), outcome) in begun.iter().zip(&outcomes) {
            let report = report(outcome);
            assert_eq!(report.verdict, *truth, "{report}");
            let id = accepted.request_id().expect("an ID").as_str();
            assert_eq!(report.request_id, id, "{report}");
            let attempts = report.trails.iter().flat_map(reqtrail::Trail::attempts);
            let statuses = attempts.map(|attempt| attempt.status().map(|s| s.as_u16()));
            for status in statuses {
                renewed += usize::from(status == Some(401));
                broken += usize::from(status.is_none_or(|status| status >= 500));
            }
        }
    }
    // There were enough faults.
    assert!(
        renewed > 0 && broken > wanted / 2,
        "{renewed} refused, {broken} broken"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_service_was_killed_there_is_no_verdict() {
    let victim = Victim::start();
    let clean = patient(client(&victim.connect().await).await);
    let slow = json!({ "driver.create_volume": "sleep=60" });
    let begun = (0..5).map(|_| volume(&clean, json!({ "size": 1, "metadata": slow })));
    let begun = join_all(begun).await;
    let (polled, mut polls) = mpsc::unbounded_channel();
    let follows = begun.iter().map(|(accepted, _)| {
        follow(
            clean.clone(),
            accepted,
            polled.clone(),
            Duration::from_secs(5),
        )
    });
    let disturb = async {
        let _ = polls.recv().await;
        victim.signal("KILL");
    };
    let (outcomes, ()) = tokio::join!(join_all(follows), disturb);
    for ((_, id), outcome) in begun.iter().zip(&outcomes) {
        let report = report(outcome);
        assert_eq!(
            (report.verdict, &report.resource_id),
            (Verdict::Unknown, id),
            "{report}"
        );
        assert!(!matches!(outcome, Err(ActionError::Failed(_))), "{report}");
    }
}
