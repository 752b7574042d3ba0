//! Many processes write to one folder.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqtrail_blackbox::{Folder, Schemas, reqtrail};

const MIB: u64 = 1024 * 1024;

/// Starts a program. Each of its threads makes `failures` calls that fail, then `successes` that succeed.
fn flood(folder: &Path, threads: u64, failures: u64, successes: u64, max_bytes: u64) -> Child {
    Command::new(env!("CARGO_BIN_EXE_flood"))
        .args([threads, failures, successes, max_bytes].map(|number| number.to_string()))
        .env("REQTRAIL_JOURNAL", folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a program")
}

/// Waits for the end of a program. Returns how many records it wrote, and how many it lost.
fn finish(program: Child) -> (u64, u64) {
    let output = program.wait_with_output().expect("its end");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("text");
    let (written, lost) = text.trim_end().split_once(' ').expect("two numbers");
    (
        written.parse().expect("a number"),
        lost.parse().expect("a number"),
    )
}

/// Returns the bytes of all segments of a folder, and the number of segments.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let segments =
        entries.filter(|entry| entry.path().extension().is_some_and(|end| end == "jsonl"));
    segments
        .filter_map(|entry| Some(entry.metadata().ok()?.len()))
        .sum()
}

#[test]
fn many_threads_of_many_processes_lose_and_tear_nothing() {
    let (processes, threads) = (8, 4);
    let records: u64 = match std::env::var("REQTRAIL_FLOOD") {
        Ok(records) => records.parse().expect("a number of records"),
        Err(_) => 100_000,
    };
    let each = records / processes / threads;
    let folder = Folder::new("flood").expect("a folder");
    let programs: Vec<_> = (0..processes)
        .map(|_| flood(folder.path(), threads, each, 0, 4096 * MIB))
        .collect();
    for program in programs {
        assert_eq!(finish(program), (each * threads, 0));
    }
    let schemas = Schemas::new().expect("schemas");
    let mut seen: HashMap<String, Vec<bool>> = HashMap::new();
    for entry in fs::read_dir(folder.path()).expect("the folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let Some(stem) = name
            .strip_suffix(".jsonl")
            .and_then(|name| name.rsplit_once('.'))
        else {
            continue;
        };
        let of_process = seen.entry(stem.0.to_owned()).or_default();
        let lines = BufReader::new(fs::File::open(&path).expect("a segment")).lines();
        for line in lines {
            let line = line.expect("text");
            // A torn line, or two lines in one, do not have exactly one beginning and one end.
            assert!(
                line.starts_with("{\"@timestamp\":") && line.ends_with("}}"),
                "{line}"
            );
            assert_eq!(line.matches("\"@timestamp\"").count(), 1, "{line}");
            let (_, rest) = line.split_once("\"seq\":").expect("a number");
            let seq: usize = rest
                .split(',')
                .next()
                .and_then(|it| it.parse().ok())
                .expect("a number");
            // Only some lines: they are all alike, and the schema check is slow.
            if seq.is_multiple_of(20) {
                schemas.check_line(line.as_bytes()).expect("a line");
            }
            if of_process.len() <= seq {
                of_process.resize(seq + 1, false);
            }
            assert!(
                !std::mem::replace(&mut of_process[seq], true),
                "{name}: {seq} is there twice"
            );
        }
    }
    assert_eq!(seen.len() as u64, processes);
    for (stem, seqs) in seen {
        assert_eq!(seqs.len() as u64, each * threads, "{stem}");
        assert!(seqs.iter().all(|is_there| *is_there), "{stem}");
    }
}

#[test]
fn failures_survive_a_flood_of_successes_within_the_folders_limit() {
    let folder = Folder::new("limit").expect("a folder");
    let limit = 64 * MIB;
    // One program with failures, then two with successes only.
    let failing = flood(folder.path(), 1, 300, 0, limit);
    assert_eq!(finish(failing), (300, 0));
    let mut programs: Vec<_> = (0..2)
        .map(|_| flood(folder.path(), 2, 0, 20_000, limit))
        .collect();
    // The size of the folder never exceeds the limit by more than one segment per live program.
    let segment = 8 * MIB;
    let mut largest = 0;
    let end = Instant::now() + Duration::from_secs(600);
    while programs
        .iter_mut()
        .any(|program| program.try_wait().expect("its state").is_none())
    {
        largest = largest.max(size(folder.path()));
        assert!(Instant::now() < end, "the flood does not end");
        std::thread::yield_now();
    }
    for program in programs {
        assert_eq!(finish(program), (40_000, 0));
    }
    assert!(largest > limit / 2, "the flood was none: {largest} bytes");
    assert!(largest <= limit + 2 * segment, "{largest} bytes");
    let failed = reqtrail(folder.path(), &["list", "--failed"]);
    assert_eq!(failed.lines.len(), 300, "{}", failed.errors);
}
