//! What a folder keeps.

use std::fs::{File, FileTimes};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proptest::prelude::*;

use super::super::folder::Folder;
use super::super::limits::{Limits, LimitsCheck, enforce};
use super::super::lock;
use super::*;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_764_190_000)
}

fn stem(pid: u32) -> String {
    format!("a-b-{pid}-1764190000000-0a1b2c")
}

/// Makes a file of this many bytes that was last written at a time.
fn file(folder: &Path, name: &str, bytes: u64, written: SystemTime) {
    let file = File::create(folder.join(name)).expect("it is made");
    file.set_len(bytes).expect("it has room");
    let times = FileTimes::new().set_modified(written);
    file.set_times(times).expect("it is ours");
}

/// A living process's table.
fn table(folder: &Path, pid: u32) -> File {
    let table = File::create(folder.join(format!("{}.open", stem(pid)))).expect("it is made");
    assert_eq!(
        lock::try_exclusive(&table).expect("it has a lock"),
        lock::LockResult::Yes
    );
    table
}

fn enforce_at(folder: &Path, max_bytes: u64, now: SystemTime) {
    let limits = Limits {
        max_bytes,
        max_age: 7 * DAY,
    };
    let folder = Folder::open(folder).expect("it is there");
    let looked = enforce(&folder, limits, now).expect("it is listed");
    assert_eq!(looked, LimitsCheck::Yes);
}

fn rest(folder: &Path) -> Vec<String> {
    let stem = stem(1);
    let parts = names(folder).into_iter();
    parts
        .map(|name| name.to_string().replace(&stem, ""))
        .collect()
}

#[test]
fn the_oldest_go_first() {
    let folder = TestFolder::new();
    let folder = folder.path();
    for (number, hours) in [(1, 1), (3, 4), (5, 2), (7, 3)] {
        let name = format!("{}.{number:04}.jsonl", stem(1));
        file(folder, &name, 1000, now() - hours * HOUR);
    }
    enforce_at(folder, 4000, now());
    assert_eq!(rest(folder).len(), 4);
    enforce_at(folder, 3999, now());
    assert_eq!(rest(folder), [".0001.jsonl", ".0005.jsonl", ".0007.jsonl"]);
    enforce_at(folder, 1999, now());
    assert_eq!(rest(folder), [".0001.jsonl"]);
}

#[test]
fn the_files_of_the_living_stay_while_they_may_be_written_to() {
    let folder = TestFolder::new();
    let folder = folder.path();
    let table = table(folder, 1);
    for number in [1, 2, 3, 4, 5] {
        let name = format!("{}.{number:04}.jsonl", stem(1));
        file(folder, &name, 1000, now() - HOUR);
    }
    enforce_at(folder, 1, now());
    assert_eq!(rest(folder), [".0004.jsonl", ".0005.jsonl", ".open"]);
    // They may be of any age.
    enforce_at(folder, 1, now() + 30 * DAY);
    assert_eq!(rest(folder).len(), 3);
    drop(table);
    enforce_at(folder, 1, now());
    assert_eq!(rest(folder), [""; 0]);
}

#[test]
fn notable_segments_outlive_a_flood_of_others() {
    let folder = TestFolder::new();
    let folder = folder.path();
    // Odd numbers are notable.
    for (number, hours) in [(1, 90), (3, 80), (2, 5), (4, 4), (6, 3), (8, 2)] {
        let name = format!("{}.{number:04}.jsonl", stem(1));
        file(folder, &name, 1000, now() - hours * HOUR);
    }
    enforce_at(folder, 4000, now());
    let kept = [".0001.jsonl", ".0003.jsonl", ".0006.jsonl", ".0008.jsonl"];
    assert_eq!(rest(folder), kept);
    // The others have a quarter of the limit.
    enforce_at(folder, 3000, now());
    assert_eq!(rest(folder), [".0001.jsonl", ".0003.jsonl", ".0008.jsonl"]);
    file(folder, &format!("{}.0005.jsonl", stem(1)), 3000, now());
    enforce_at(folder, 5000, now());
    assert_eq!(rest(folder), [".0003.jsonl", ".0005.jsonl", ".0008.jsonl"]);
}

#[test]
fn what_is_too_old_goes() {
    let folder = TestFolder::new();
    let folder = folder.path();
    file(
        folder,
        &format!("{}.0001.jsonl", stem(1)),
        10,
        now() - 8 * DAY,
    );
    file(
        folder,
        &format!("{}.0003.jsonl", stem(1)),
        10,
        now() - 6 * DAY,
    );
    enforce_at(folder, 1 << 20, now());
    assert_eq!(rest(folder), [".0003.jsonl"]);
}

#[test]
fn clocks_that_jump_take_nothing_with_them() {
    let folder = TestFolder::new();
    let folder = folder.path();
    let of = |number: u32| format!("{}.{number:04}.jsonl", stem(1));
    file(folder, &of(1), 1000, now() - HOUR);
    file(folder, &of(3), 1000, now() + HOUR);
    file(folder, &of(5), 1000, now() + 1000 * DAY);
    // Machines without a battery begin in 1970.
    enforce_at(folder, 3000, UNIX_EPOCH);
    assert_eq!(rest(folder).len(), 3);
    // A clock that was an hour ahead wrote the latest file; the name tells how old the other may be, and it is as new.
    enforce_at(folder, 2000, now());
    assert_eq!(rest(folder), [".0003.jsonl", ".0005.jsonl"]);
    // By a clock that is far ahead all files are too old: one by its own time, and one by its process's.
    enforce_at(folder, 3000, now() + 500 * DAY);
    assert_eq!(rest(folder), [""; 0]);
}

#[test]
fn tables_of_the_dead_stay_while_they_say_something() {
    let folder = TestFolder::new();
    let folder = folder.path();
    let name = |pid| format!("{}.open", stem(pid));
    let mut slots = vec![b' '; SLOTS * SLOT_BYTES];
    std::fs::write(folder.join(name(1)), &slots).expect("it is written");
    // A slot of which only the first byte has been blanked is free.
    slots[5 * SLOT_BYTES + 1..][..5].copy_from_slice(b"\"a\":1");
    std::fs::write(folder.join(name(2)), &slots).expect("it is written");
    std::fs::write(folder.join(name(3)), b"").expect("it is written");
    slots[9 * SLOT_BYTES] = b'{';
    std::fs::write(folder.join(name(4)), &slots).expect("it is written");
    let alive = table(folder, 5);
    let now = SystemTime::now();
    enforce_at(folder, 1 << 20, now);
    let kept: Vec<_> = names(folder).iter().map(|name| name.pid).collect();
    assert_eq!(kept, [4, 5]);
    enforce_at(folder, 1 << 20, now + 8 * DAY);
    let kept: Vec<_> = names(folder).iter().map(|name| name.pid).collect();
    assert_eq!(kept, [5]);
    drop(alive);
}

#[test]
fn what_is_not_a_journals_stays() {
    let folder = TestFolder::new();
    let folder = folder.path();
    let old = now() - 100 * DAY;
    file(folder, "notes.jsonl", 1 << 20, old);
    file(folder, &format!("{}.0001.jsonl.gz", stem(1)), 1 << 20, old);
    let is_folder = format!("{}.0001.jsonl", stem(2));
    std::fs::create_dir(folder.join(&is_folder)).expect("it is made");
    let link = format!("{}.0003.jsonl", stem(2));
    std::os::unix::fs::symlink("notes.jsonl", folder.join(&link)).expect("it is made");
    enforce_at(folder, 1, now());
    assert_eq!(std::fs::read_dir(folder).expect("it is there").count(), 4);
}

#[test]
fn small_files_are_counted_as_more_than_they_have() {
    let folder = TestFolder::new();
    let folder = folder.path();
    for n in 0..5000 {
        let name = format!("{}.0001.jsonl", stem(n));
        file(folder, &name, 1, now() - HOUR * (n % 100));
    }
    enforce_at(folder, 64 << 20, now());
    assert_eq!(names(folder).len(), 4096);
}

#[test]
fn one_process_at_a_time_keeps_the_limits() {
    let folder = TestFolder::new();
    let name = format!("{}.0001.jsonl", stem(1));
    file(folder.path(), &name, 1000, now());
    let other = File::open(folder.path()).expect("it is there");
    assert_eq!(
        lock::try_exclusive(&other).expect("it has a lock"),
        lock::LockResult::Yes
    );
    let limits = Limits {
        max_bytes: 1,
        max_age: DAY,
    };
    let opened = Folder::open(folder.path()).expect("it is there");
    let looked = enforce(&opened, limits, now()).expect("it is listed");
    assert_eq!(
        (looked, names(folder.path()).len()),
        (LimitsCheck::NotNow, 1)
    );
    drop(other);
    let looked = enforce(&opened, limits, now()).expect("it is listed");
    assert_eq!((looked, names(folder.path()).len()), (LimitsCheck::Yes, 0));
}

#[test]
fn failures_survive_a_flood_of_successes() {
    let (folder, machine) = (TestFolder::new(), Machine::new());
    let max_bytes = 1 << 20;
    let journal = machine.journal(Settings {
        max_bytes,
        ..settings(folder.path())
    });
    let filler = "x".repeat(1000);
    let mut failures = Vec::new();
    for n in 0..20_000 {
        if n % 100 == 0 {
            let line = format!("{{\"failed\":{n},\"filler\":\"{filler}\"}}");
            journal.append(line.as_bytes(), true);
            failures.push(line);
        }
        let line = format!("{{\"n\":{n},\"filler\":\"{filler}\"}}");
        journal.append(line.as_bytes(), false);
        if n % 500 == 0 {
            let sizes = names(folder.path())
                .into_iter()
                .filter(|name| name.part != Part::Table);
            let total: u64 = sizes
                .map(|name| std::fs::metadata(folder.path().join(name.to_string())))
                .map(|metadata| metadata.expect("it is there").len())
                .sum();
            assert!(total <= max_bytes + max_bytes / 8, "{total} at {n}");
        }
    }
    let (mut kept, others): (Vec<_>, Vec<_>) = lines(folder.path())
        .into_iter()
        .partition(|line| line.starts_with("{\"failed\""));
    kept.sort();
    failures.sort();
    assert_eq!(kept, failures);
    assert!(others.len() > 200, "{}", others.len());
    assert_eq!(journal.stats().lost, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_limit_holds_for_whatever_is_in_the_folder(
        files in prop::collection::vec((1..4u32, 1..12u32, 0..200_000u64, 0..400u32), 0..30),
        living in prop::collection::btree_set(1..4u32, 0..3),
        max_bytes in 1..1_000_000u64,
    ) {
        let folder = TestFolder::new();
        let folder = folder.path();
        let tables: Vec<_> = living.iter().map(|pid| table(folder, *pid)).collect();
        for (pid, number, bytes, hours) in files {
            let name = format!("{}.{number:04}.jsonl", stem(pid));
            file(folder, &name, bytes, now() - HOUR * hours);
        }
        let before = names(folder);
        enforce_at(folder, max_bytes, now());
        let after = names(folder);
        let is_open = |name: &FileName| match name.part {
            Part::Table => true,
            Part::Segment(number) => living.contains(&name.pid) && !before.iter().any(|other| {
                matches!(other.part, Part::Segment(n) if n > number && n % 2 == number % 2)
                    && other.pid == name.pid
            }),
        };
        prop_assert!(before.iter().filter(|name| is_open(name)).all(|name| after.contains(name)));
        let size = |name: &FileName| {
            std::fs::metadata(folder.join(name.to_string())).expect("it is there").len()
        };
        let total: u64 = after.iter().filter(|name| name.part != Part::Table).map(size).sum();
        prop_assert!(total <= max_bytes || after.iter().all(is_open), "{total} {after:?}");
        for name in after.iter().filter(|name| !is_open(name)) {
            let metadata = std::fs::metadata(folder.join(name.to_string())).expect("it is there");
            let written = metadata.modified().expect("it has a time");
            prop_assert!(now() - 7 * DAY <= written, "{name}");
        }
        drop(tables);
    }
}
