//! The open-call table.

use super::*;

/// The texts of the slots that are taken.
fn open_calls(folder: &std::path::Path) -> Vec<String> {
    let table = std::fs::read(table_of(folder)).expect("it is read");
    assert!(table.is_empty() || table.len() == SLOTS * SLOT_BYTES);
    let slots = table.chunks_exact(SLOT_BYTES);
    assert!(slots.clone().all(|slot| slot.ends_with(b"\n")));
    slots
        .map(|slot| String::from_utf8_lossy(slot).trim_end().to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}

/// Journals whose slots are memory, and one whose slots are written, as on most file systems.
fn journals() -> Vec<(TestFolder, Arc<Journal>)> {
    let folders = [Some(TestFolder::new()), TestFolder::in_memory()];
    let of = |fsync| {
        move |folder: TestFolder| {
            let settings = Settings {
                fsync,
                ..settings(folder.path())
            };
            let journal = Machine::new().journal(settings);
            (folder, journal)
        }
    };
    let mut journals: Vec<_> = folders.into_iter().flatten().map(of(false)).collect();
    journals.push(of(true)(TestFolder::new()));
    journals
}

#[test]
fn a_call_is_in_the_table_while_it_is_open() {
    for (folder, journal) in journals() {
        let folder = folder.path();
        let first = journal.open_call(b"{\"attempt\":1}").expect("a slot");
        let second = journal.open_call(b"{\"other\":1}").expect("a slot");
        assert_eq!(open_calls(folder), ["{\"attempt\":1}", "{\"other\":1}"]);
        first.update(b"{\"attempt\":2,\"and\":\"more\"}");
        let mut calls = open_calls(folder);
        calls.sort();
        assert_eq!(calls, ["{\"attempt\":2,\"and\":\"more\"}", "{\"other\":1}"]);
        first.update(b"{}");
        drop(second);
        assert_eq!(open_calls(folder), ["{}"]);
        drop(first);
        assert_eq!(open_calls(folder), [""; 0]);
    }
}

#[test]
fn a_table_may_be_full() {
    for (folder, journal) in journals() {
        let longest = vec![b'x'; SLOT_BYTES - 1];
        let mut slots: Vec<_> = (0..SLOTS)
            .map(|_| journal.open_call(&longest).expect("a slot"))
            .collect();
        assert_eq!(open_calls(folder.path()).len(), SLOTS);
        assert!(journal.open_call(b"{}").is_none());
        // In a full table a text takes the same place.
        slots[500].update(b"{\"new\":1}");
        assert_eq!(open_calls(folder.path())[500], "{\"new\":1}");
        slots.remove(7);
        let again = journal.open_call(b"{\"again\":1}").expect("a slot");
        assert_eq!(open_calls(folder.path())[7], "{\"again\":1}");
        drop(again);
        drop(slots);
        assert_eq!(open_calls(folder.path()), [""; 0]);
    }
}

#[test]
fn a_call_outlives_its_journal() {
    let folder = TestFolder::new();
    let journal = open(settings(folder.path()), hooks());
    let slot = journal.open_call(b"{\"open\":1}");
    drop(journal);
    assert_eq!(open_calls(folder.path()), ["{\"open\":1}"]);
    assert!(is_alive(&table_of(folder.path())).expect("it has a lock"));
    drop(slot);
    assert_eq!(open_calls(folder.path()), [""; 0]);
    assert!(!is_alive(&table_of(folder.path())).expect("it is there"));
}

#[test]
fn a_mapped_table_cannot_be_shortened_by_accident() {
    let folder = TestFolder::in_memory().unwrap_or_else(TestFolder::new);
    let journal = open(settings(folder.path()), hooks());
    let _slot = journal.open_call(b"{}").expect("a slot");
    assert_eq!(mode(&table_of(folder.path())) & 0o377, 0);
}

#[test]
fn a_probe_leaves_the_lock_alone() {
    let folder = TestFolder::new();
    let journal = open(settings(folder.path()), hooks());
    journal.append(b"{}", true);
    let table = table_of(folder.path());
    for _ in 0..100 {
        assert!(is_alive(&table).expect("it has a lock"));
    }
    let error = is_alive(&folder.path().join("no/folder")).expect("there is none");
    assert!(!error);
    assert!(is_alive(&folder.path().join("x".repeat(300))).is_err());
}

#[test]
fn calls_that_end_while_writing_is_slow_are_blanked_later() {
    let (folder, machine) = (TestFolder::new(), Machine::new());
    let journal = machine.journal(settings(folder.path()));
    let slot = journal.open_call(b"{\"open\":1}").expect("a slot");
    machine.fault(Fault::Error(libc::EIO));
    journal.append(b"{}", true);
    slot.update(b"{\"open\":2}");
    drop(slot);
    assert_eq!(open_calls(folder.path()), ["{\"open\":1}"]);
    machine.pass(Duration::from_secs(61));
    journal.process.get().wait_until(|stats| stats.queued == 0);
    machine.pass(Duration::from_secs(61));
    journal.process.get().wait_until(|stats| !stats.is_queueing);
    assert_eq!(open_calls(folder.path()), [""; 0]);
}
