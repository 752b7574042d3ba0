//! `status`: who writes where.

use crate::common::journal::Folder;
use crate::common::run::run;
use crate::story::story;

#[test]
fn every_process_has_a_row() {
    let story = story();
    let folder = story.folder.path();
    run(folder, &["status"]).is_golden("status", folder);
}

#[test]
fn a_line_of_json_has_what_a_row_has() {
    let mut story = story();
    let alive = |story: &crate::story::Story| {
        let lines = run(story.folder.path(), &["status", "--json"]).lines("status");
        let checkout = lines.iter().find(|line| line["service"] == "checkout");
        checkout.expect("its line").clone()
    };
    let line = alive(&story);
    assert_eq!(line["alive"], true);
    assert_eq!(
        (&line["lost"], &line["open"], &line["files"]),
        (&3.into(), &1.into(), &3.into())
    );
    assert_eq!(line["first_at"], "2026-11-26T13:00:01.020Z");
    assert_eq!(line["last_at"], "2026-11-26T14:11:00.000Z");
    assert_eq!(line["started_at"], "2026-11-26T13:00:00.000Z");
    story.checkout = None;
    assert_eq!(alive(&story)["alive"], false);
}

#[test]
fn a_process_without_records_is_named_as_its_files_are() {
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
