//! In a process whose environment asks for chaos and allows it.

use reqtrail::{Client, TrailNote};

use crate::support::{BASE, Log, ScriptedTransport, end, reply, statuses, trail};
use reqtrail::StopReason::{AttemptsExhausted, Succeeded};

fn wire() -> ScriptedTransport {
    ScriptedTransport::answering(|_, _| reply(200).id("req_1"))
}

#[tokio::test(start_paused = true)]
#[ignore = "a process that another test starts"]
async fn every_client_has_the_faults_of_the_variable() {
    let log = Log::default();
    let guard = log.begin();
    let client = Client::novavms(BASE).max_attempts(2).build_with(wire());
    drop(guard);
    let outcome = client.expect("a client").get("/x").send().await;
    assert_eq!(end(&outcome), ("api", AttemptsExhausted));
    assert_eq!(statuses(trail(&outcome)), [503, 503]);
    assert_eq!(trail(&outcome).notes(), [TrailNote::Chaos]);
    let lines = log.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let said = "chaos is on: faults are injected into the calls of this client, as REQTRAIL_CHAOS says: 503@100%;seed=1";
    assert!(lines[0].contains(said), "{lines:?}");
}

#[tokio::test(start_paused = true)]
#[ignore = "a process that another test starts"]
async fn the_option_outranks_the_variable() {
    let client = Client::novavms(BASE).chaos("503@0%").build_with(wire());
    let outcome = client.expect("a client").get("/x").send().await;
    assert_eq!(end(&outcome), ("ok", Succeeded));
    assert_eq!(trail(&outcome).notes(), [TrailNote::Chaos]);
}
