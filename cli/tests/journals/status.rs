//! `status`: the processes that write journals.

use crate::common::journal::Folder;
use crate::common::run::run;
use crate::sample::sample;

#[test]
fn every_process_has_a_row() {
    let sample = sample();
    let folder = sample.folder.path();
    run(folder, &["status"]).is_golden("status", folder);
}

#[test]
fn a_line_of_json_has_the_fields_of_a_row() {
    let mut sample = sample();
    let alive = |sample: &crate::sample::Sample| {
        let lines = run(sample.folder.path(), &["status", "--json"]).lines("status");
        let checkout = lines.iter().find(|line| line["service"] == "checkout");
        checkout.expect("its line").clone()
    };
    let line = alive(&sample);
    assert_eq!(line["alive"], true);
    assert_eq!(
        (&line["lost"], &line["open"], &line["files"]),
        (&3.into(), &1.into(), &3.into())
    );
    assert_eq!(line["first_at"], "2026-11-26T13:00:01.020Z");
    assert_eq!(line["last_at"], "2026-11-26T14:11:00.000Z");
    assert_eq!(line["started_at"], "2026-11-26T13:00:00.000Z");
    sample.checkout = None;
    assert_eq!(alive(&sample)["alive"], false);
}

#[test]
fn a_process_without_records_is_named_after_its_files() {
    let folder = Folder::new();
    drop(folder.process("my-app", "web-1", 7, "2026-11-26T12:00:00Z"));
    let line = &run(folder.path(), &["status", "--json"]).lines("status")[0];
    assert_eq!(
        (&line["service"], &line["host"]),
        (&"my-app".into(), &"web_1".into())
    );
    assert_eq!(
        (&line["first_at"], &line["last_at"]),
        (&None::<()>.into(), &None::<()>.into())
    );
}

#[test]
fn an_empty_folder_has_no_journals() {
    let folder = Folder::new();
    run(folder.path(), &["status"]).is_golden("status-empty", folder.path());
}
