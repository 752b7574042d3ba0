//! Which thread writes, what waits, and what is lost.

use std::thread;
use std::time::Duration;

use super::*;

const MINUTE: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);
/// Longer than a write may take.
const TOO_LONG: Duration = Duration::from_millis(51);

fn line(n: usize) -> String {
    format!("{{\"n\":{n}}}")
}

/// Waits until the thread has written all.
fn wait_until_written(journal: &Journal) {
    journal.process.get().wait_until(|stats| stats.queued == 0);
    journal
        .process
        .get()
        .wait_until(|stats| stats.segment.is_some());
}

/// As above, while the thread's waits are skipped.
fn wait_while_time_passes(journal: &Journal, machine: &Machine) {
    journal.process.get().wait_until(|stats| {
        machine.pass(SECOND);
        stats.queued == 0
    });
    wait_until_written(journal);
}

#[test]
fn a_failed_write_is_made_up_for() {
    let (folder, machine) = (TestFolder::new(), Machine::new());
    let journal = machine.journal(settings(folder.path()));
    journal.append(line(0).as_bytes(), true);
    assert!(!journal.stats().is_queueing);
    machine.fault(Fault::Error(libc::ENOSPC));
    journal.append(line(1).as_bytes(), true);
    let stats = journal.stats();
    assert_eq!(
        (stats.written, stats.queued, stats.is_queueing),
        (1, 1, true)
    );
    // Later records wait behind it, and calls are not opened in a table that cannot be written.
    journal.append(line(2).as_bytes(), true);
    assert!(journal.open_call(b"{}").is_none());
    assert_eq!(lines(folder.path()).len(), 1);

    machine.pass(SECOND);
    wait_until_written(&journal);
    assert_eq!(lines(folder.path()), [line(0), line(1), line(2)]);
    journal.append(line(3).as_bytes(), true);
    wait_until_written(&journal);
    assert!(journal.stats().is_queueing);

    // A minute later threads write directly again.
    machine.pass(MINUTE);
    journal.process.get().wait_until(|stats| !stats.is_queueing);
    machine.fault(Fault::Slow(Duration::ZERO));
    journal.append(line(4).as_bytes(), true);
    assert_eq!(lines(folder.path()).len(), 5);
    assert!(journal.open_call(b"{}").is_some());
    assert_eq!(journal.stats().lost, 0);
}

#[test]
fn a_slow_write_makes_the_queue_take_over() {
    let (folder, machine) = (TestFolder::new(), Machine::new());
    let journal = machine.journal(settings(folder.path()));
    machine.fault(Fault::Slow(TOO_LONG));
    journal.append(line(0).as_bytes(), true);
    assert!(journal.stats().is_queueing);
    for n in 1..10 {
        journal.append(line(n).as_bytes(), true);
    }
    wait_until_written(&journal);
    assert_eq!(lines(folder.path()), (0..10).map(line).collect::<Vec<_>>());
}

#[test]
fn nobody_waits_for_a_write_that_hangs() {
    let (folder, machine) = (TestFolder::new(), Machine::new());
    let journal = machine.journal(settings(folder.path()));
    let slot = journal.open_call(b"{\"open\":1}");
    machine.fault(Fault::Hang);
    thread::scope(|scope| {
        scope.spawn(|| journal.append(line(0).as_bytes(), true));
        machine.wait_until_hung();
        // This one comes shortly after the write began. It waits until the time is over.
        let waits = scope.spawn(|| journal.append(line(1).as_bytes(), true));
        machine.pass(TOO_LONG);
        waits.join().expect("it returns");
        // No thread waits from now on.
        for n in 2..2000 {
            journal.append(line(n).as_bytes(), true);
        }
        let stats = journal.stats();
        assert_eq!((stats.queued, stats.lost), (1024, 2000 - 1 - 1024));
        machine.release();
    });
    wait_until_written(&journal);
    let written = lines(folder.path());
    let lost = format!(
        "{{\"lost\":{},\"seq\":0,\"by\":\"a-service\"}}",
        2000 - 1 - 1024
    );
    assert_eq!(written.len(), 1 + 1024 + 1);
    assert_eq!(written.last(), Some(&lost));
    assert_eq!(journal.stats().written, 1 + 1024 + 1);
    drop(slot);
}

#[test]
fn the_queue_is_bounded_in_bytes() {
    let (folder, machine) = (TestFolder::new(), Machine::new());
    let journal = machine.journal(settings(folder.path()));
    machine.fault(Fault::Error(libc::EIO));
    let record = "x".repeat(100 << 10);
    for _ in 0..20 {
        journal.append(record.as_bytes(), true);
    }
    let stats = journal.stats();
    assert_eq!((stats.queued, stats.lost), (10, 10));
    machine.pass(SECOND);
    wait_until_written(&journal);
    assert_eq!(lines(folder.path()).len(), 11);
    // What was lost is reported once.
    journal.append(b"{}", true);
    wait_until_written(&journal);
    assert_eq!(lines(folder.path()).len(), 12);
}

#[test]
fn a_line_that_is_cut_short_does_not_spoil_the_next() {
    let (folder, machine) = (TestFolder::new(), Machine::new());
    let journal = machine.journal(settings(folder.path()));
    journal.append(line(0).as_bytes(), true);
    machine.fault(Fault::Short(3));
    // First only the newline, and then nothing.
    machine.fault(Fault::Short(1));
    machine.fault(Fault::Short(0));
    journal.append(line(1).as_bytes(), true);
    wait_while_time_passes(&journal, &machine);
    assert_eq!(lines(folder.path()), [&line(0), "{\"n", &line(1)]);
    assert_eq!(journal.stats().written, 2);
}

#[test]
fn a_journal_that_always_writes_at_once_loses_what_cannot_be_written() {
    let (folder, machine) = (TestFolder::new(), Machine::new());
    let journal = machine.journal(Settings {
        sync: Sync::Always,
        ..settings(folder.path())
    });
    machine.fault(Fault::Slow(MINUTE));
    journal.append(line(0).as_bytes(), true);
    machine.fault(Fault::Error(libc::ENOSPC));
    machine.fault(Fault::Error(libc::EIO));
    journal.append(line(1).as_bytes(), true);
    journal.append(line(2).as_bytes(), true);
    let stats = journal.stats();
    assert_eq!(
        (stats.written, stats.lost, stats.is_queueing),
        (1, 2, false)
    );
    journal.append(line(3).as_bytes(), true);
    let written: Vec<_> = lines(folder.path());
    assert_eq!(written.len(), 3, "{written:?}");
    assert!(written[2].starts_with("{\"lost\":2,"), "{written:?}");
}

#[test]
fn a_journal_that_never_writes_at_once_has_written_when_it_ends() {
    let (folder, machine) = (TestFolder::new(), Machine::new());
    let journal = machine.journal(Settings {
        sync: Sync::Never,
        ..settings(folder.path())
    });
    for n in 0..100 {
        journal.append(line(n).as_bytes(), n % 2 == 0);
        assert!(journal.open_call(b"{}").is_none());
    }
    drop(journal);
    assert_eq!(lines(folder.path()).len(), 100);
    assert!(
        names(folder.path())
            .iter()
            .all(|name| name.part != Part::Table)
    );
}

#[test]
fn many_threads_write_whole_lines() {
    let (folder, machine) = (TestFolder::new(), Machine::new());
    for fsync in [false, true] {
        let journal = machine.journal(Settings {
            fsync,
            max_bytes: 1 << 30,
            ..settings(&folder.path().join(fsync.to_string()))
        });
        let count = if fsync { 10 } else { 1000 };
        thread::scope(|scope| {
            for of in 0..8 {
                let journal = &journal;
                scope.spawn(move || {
                    for n in 0..count {
                        let seq = journal.next_seq();
                        let line = format!("{{\"of\":{of},\"n\":{n},\"seq\":{seq}}}");
                        let slot = journal.open_call(line.as_bytes());
                        journal.append(line.as_bytes(), n % 3 > 0);
                        drop(slot);
                    }
                });
            }
        });
        let path = folder.path().join(fsync.to_string());
        let mut seqs: Vec<u64> = lines(&path)
            .iter()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a whole line"))
            .map(|line| line["seq"].as_u64().expect("a number"))
            .collect();
        seqs.sort_unstable();
        assert_eq!(seqs, (0..8 * count).collect::<Vec<_>>());
    }
}

#[test]
fn a_folder_that_is_removed_is_made_again() {
    let (folder, machine) = (TestFolder::new(), Machine::new());
    let path = folder.path().join("journal");
    let journal = machine.journal(settings(&path));
    let slot = journal.open_call(b"{\"old\":1}");
    journal.append(line(0).as_bytes(), true);
    std::fs::remove_dir_all(&path).expect("it is removed");
    journal.append(line(1).as_bytes(), true);
    assert_eq!(lines(&path), [line(1)]);

    std::fs::remove_dir_all(&path).expect("it is removed");
    machine.pass(SECOND);
    let new = journal
        .open_call(b"{\"new\":1}")
        .expect("a slot of the new table");
    drop(slot);
    let table = std::fs::read_to_string(table_of(&path)).expect("it is text");
    assert!(table.starts_with("{\"new\":1} "));
    drop(new);
    // The files may be removed without their folder, too.
    for name in names(&path) {
        std::fs::remove_file(path.join(name.to_string())).expect("it is removed");
    }
    journal.append(line(2).as_bytes(), false);
    assert_eq!(lines(&path), [line(2)]);
    assert!(is_alive(&table_of(&path)).expect("it has a lock"));
    assert_eq!(journal.stats().lost, 0);
}

#[test]
fn a_folder_that_cannot_be_used_is_reported_once_and_used_when_it_can_be() {
    static WARNINGS: Mutex<Vec<String>> = Mutex::new(Vec::new());
    fn warn(text: &str) {
        WARNINGS.lock().expect("no panic").push(text.to_owned());
    }
    let (folder, machine) = (TestFolder::new(), Machine::new());
    let path = folder.path().join("journal");
    std::fs::write(&path, "a file").expect("it is written");
    let hooks = Hooks { warn, ..hooks() };
    let journal = Journal::new(settings(&path), hooks, Arc::clone(&machine) as _);
    assert!(journal.open_call(b"{}").is_none());
    for n in 0..5 {
        journal.append(line(n).as_bytes(), true);
        machine.pass(2 * SECOND);
    }
    assert_eq!(journal.stats().queued, 5);
    std::fs::remove_file(&path).expect("it is removed");
    journal.append(line(5).as_bytes(), true);
    wait_while_time_passes(&journal, &machine);
    assert_eq!(lines(&path), (0..6).map(line).collect::<Vec<_>>());
    let warnings = WARNINGS.lock().expect("no panic");
    let [warning] = warnings.as_slice() else {
        panic!("{warnings:?}");
    };
    let path = path.display().to_string();
    assert!(
        warning.contains(&path) && warning.contains("a directory"),
        "{warning}"
    );
}
