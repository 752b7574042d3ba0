//! Journals in real folders, of real processes. Only the clocks are moved manually, and single writes are made to fail.

mod forks;
mod limits;
mod names;
mod support;
mod table;
mod writing;

use std::os::unix::fs::PermissionsExt;

use super::*;
use support::*;

#[test]
fn a_journal_makes_nothing_before_its_first_line() {
    let folder = TestFolder::new();
    let path = folder.path().join("a/b");
    let journal = open(settings(&path), hooks());
    assert_eq!(journal.stats(), JournalStats::default());
    assert!(!path.exists());

    journal.append(b"{\"n\":1}", true);
    journal.append(b"{\"n\":2}", true);
    journal.append(b"{\"n\":3}", false);
    assert_eq!(lines(&path), ["{\"n\":1}", "{\"n\":2}", "{\"n\":3}"]);
    for made in [&path, path.parent().expect("a parent")] {
        assert_eq!(mode(made), 0o700, "{made:?}");
    }
    for file in names(&path) {
        assert_eq!(mode(&path.join(file.to_string())), 0o600, "{file}");
        assert_eq!(file.pid, std::process::id());
        assert_eq!(file.service, "a-service");
    }
    let parts: Vec<_> = names(&path).iter().map(|name| name.part).collect();
    assert_eq!(parts, [Part::Segment(1), Part::Segment(2), Part::Table]);
    let stats = journal.stats();
    assert_eq!((stats.written, stats.bytes, stats.lost), (3, 24, 0));
    let segment = stats.segment.expect("one is open");
    assert!(
        segment.starts_with(&path) && segment.exists(),
        "{segment:?}"
    );
}

#[test]
fn an_existing_folder_keeps_its_mode() {
    let folder = TestFolder::new();
    let open_to_all = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open_to_all).expect("it is ours");
    let journal = open(settings(folder.path()), hooks());
    journal.append(b"{}", true);
    assert_eq!(mode(folder.path()), 0o755);
}

#[test]
fn clients_of_one_folder_share_its_journal() {
    let folder = TestFolder::new();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("real", &link).expect("a link is made");
    let real = folder.path().join("real");
    let journal = open(settings(&real), hooks());
    for other in [
        &link,
        &folder.path().join("./real"),
        &folder.path().join("x/../real"),
    ] {
        // `x` does not exist, so that the last is another path.
        let same = open(settings(other), hooks());
        assert_eq!(
            Arc::ptr_eq(&journal, &same),
            !other.to_string_lossy().contains('x'),
            "{other:?}"
        );
    }
    assert_eq!((journal.next_seq(), journal.next_seq()), (0, 1));
    let another = open(settings(&folder.path().join("another")), hooks());
    assert!(!Arc::ptr_eq(&journal, &another));
}

#[test]
fn a_journal_that_ends_leaves_its_lines_alone() {
    let folder = TestFolder::new();
    let journal = open(settings(folder.path()), hooks());
    let slot = journal.open_call(b"{\"open\":1}");
    assert!(slot.is_some());
    journal.append(b"{}", true);
    let table = table_of(folder.path());
    assert!(is_alive(&table).expect("it has a lock"));
    drop(slot);
    drop(journal);
    assert!(!table.exists());
    assert!(!is_alive(&table).expect("nobody has it"));
    assert_eq!(lines(folder.path()), ["{}"]);

    let journal = open(settings(folder.path()), hooks());
    journal.append(b"{\"second\":1}", true);
    assert_eq!(lines(folder.path()).len(), 2);
}
