//! In a process whose environment asks for chaos and does not allow it.

use reqtrail::Sent;

use crate::support::{BASE, Log, ScriptedTransport, reply, trail};

#[tokio::test(start_paused = true)]
#[ignore = "a process that another test starts"]
async fn calls_are_left_alone_and_the_log_says_why() {
    let log = Log::default();
    let guard = log.begin();
    let wire = ScriptedTransport::playing([reply(200).id("req_1")]);
    let client = reqtrail::Client::novavms(BASE).build_with(wire.clone());
    drop(guard);
    let outcome = client.expect("a client").get("/x").send().await;
    let trail = trail(&outcome);
    assert_eq!(trail.attempts().len(), 1);
    assert_eq!(trail.attempts()[0].sent(), Sent::Yes);
    assert!(trail.notes().is_empty());
    let lines = log.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].contains("WARN reqtrail: REQTRAIL_CHAOS is ignored"),
        "{lines:?}"
    );
}
