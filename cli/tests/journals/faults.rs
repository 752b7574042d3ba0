//! Folders, files and lines that are broken or come from other programs.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::common::journal::{Attempt, Call, Folder, Open, call_id};
use crate::common::run::{command, finish, run};

fn call(number: u32) -> Call {
    let started = format!("2026-11-26T12:00:{number:02}Z");
    Call::new(number, "GET", "/cameras", &started)
        .attempt(Attempt::status(500).id(&format!("id-number-{number}")))
}

#[test]
fn torn_lines_are_skipped_and_counted() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    process.call(&call(1));
    // A short write. The next record begins on a new line.
    process.torn_call(&call(2), 700);
    process.write_raw(b"\n");
    process.call(&call(3));
    // Blocks that a crash left unwritten.
    process.write_raw(&[0; 64]);
    process.write_raw(b"\n");
    // A line that is cut at the end of an object.
    process.write_raw(b"{\"@timestamp\":\"2026-11-26T12:00:00Z\",\"ecs\":{\"version\":\"8.17\"}\n");
    process.call(&call(4));
    process.torn_call(&call(5), 900);
    let path = folder.path();
    run(path, &["find", "id-number-3"]).is_golden("torn-find", path);
    run(path, &["list"]).is_golden("torn-list", path);
    let ran = run(path, &["tail"]);
    assert!(ran.errors.contains("torn lines"), "{}", ran.errors);
    assert_eq!(run(path, &["list", "--json"]).lines("list").len(), 3);
    // If the writer is alive, it may still be writing the last line.
    let before = run(path, &["list"]).errors;
    let _life = process.live();
    let after = run(path, &["list"]).errors;
    assert_eq!(
        (before.contains('4'), after.contains('3')),
        (true, true),
        "{before}{after}"
    );
}

#[test]
fn a_journal_cannot_control_the_terminal() {
    let folder = Folder::new();
    let hostile = "/\u{1b}[31m\u{9b}31m\u{7}\u{202e}\r\nforged";
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    for number in [1, 2] {
        let started = "2026-11-26T12:00:00Z";
        let attempt = Attempt::status(500).id("id-of-both").code(hostile);
        process.call(&Call::new(number, "GET", hostile, started).attempt(attempt));
    }
    process.fill_slot(0, &Open::new(3, "POST", hostile, "2026-11-26T12:00:00Z"));
    let path = folder.path();
    let open = call_id(3);
    for (arguments, exit) in [
        (&["report", "id-of-both"][..], 2),
        (&["report", &open, "--curl"], 2),
        (&["report", &open], 0),
        (&["report", &open, "--json"], 0),
        (&["report", &call_id(1), "--json"], 0),
        (&["find", "id-of-both"], 0),
        (&["find", "id-of-both", "--json"], 0),
        (&["list"], 0),
        (&["list", "--json"], 0),
        (&["tail", "--json"], 0),
    ] {
        let ran = run(path, arguments);
        assert_eq!(ran.exit, exit, "{arguments:?} {}", ran.errors);
        for text in [&ran.output, &ran.errors] {
            let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!text.contains(steers), "{arguments:?} {text:?}");
            let forged = text.lines().any(|line| line.starts_with("forged"));
            assert!(!forged, "{arguments:?} {text}");
        }
    }
    let shown = &run(path, &["find", &open, "--json"]).lines("find")[0];
    assert_eq!(shown["opened"]["path"], hostile);
}

#[test]
fn a_line_may_have_any_length() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    process.call(&call(1));
    process.write_raw(&vec![0; 8 << 20]);
    process.write_raw(b"\n");
    process.call(&call(2));
    let path = folder.path();
    for arguments in [&["list", "--json"][..], &["list", "--last", "5", "--json"]] {
        let ran = run(path, arguments);
        assert_eq!(ran.lines("list").len(), 2);
        assert!(ran.errors.contains("skipped 1 torn line"), "{}", ran.errors);
    }
    run(path, &["find", "id-number-2"]);
    assert_eq!(
        run(path, &["tail", "-n", "2", "--json"])
            .lines("list")
            .len(),
        2
    );
}

#[test]
fn a_complete_last_line_needs_no_newline() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    process.call(&call(1));
    let text = fs::read(process.segment()).expect("the segment");
    fs::write(process.segment(), text.trim_ascii_end()).expect("the segment");
    for arguments in [
        &["find", "id-number-1"][..],
        &["list"],
        &["list", "--last", "1"],
    ] {
        let ran = run(folder.path(), arguments);
        assert_eq!((ran.exit, &*ran.errors), (0, ""));
        assert!(ran.output.contains("id-number-1"));
    }
}

#[test]
fn lines_and_files_of_other_programs_are_ignored() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    process.write_raw(b"plain text with \"call_id\":\"id-number-1\"\n");
    process.write_raw(b"{\"call_id\":\"id-number-1\",\"opened\":\"lost\"}\n[1]\n\n\xff\xfe\n");
    process.write_raw(b"{\"@timestamp\":\"today\",\"reqtrail\":{\"record\":\"call\"}}\n");
    process.write_raw(b"{\"@timestamp\":\"2026-11-26T12:00:00Z\",\"reqtrail\":{\"record\":\"later\",\"call_id\":\"id-number-1\"}}\n");
    process.call(&call(1));
    fs::write(folder.path().join("notes.jsonl"), "{\"torn").expect("a file");
    fs::create_dir(folder.path().join("app-host-2-1-abcdef.0001.jsonl")).expect("a folder");
    symlink(
        process.segment(),
        folder.path().join("app-host-3-1-abcdef.0001.jsonl"),
    )
    .expect("a link");
    for arguments in [
        &["find", "id-number-1"][..],
        &["list"],
        &["tail"],
        &["status"],
    ] {
        let ran = run(folder.path(), arguments);
        assert_eq!((ran.exit, &*ran.errors), (0, ""), "{arguments:?}");
    }
    assert_eq!(
        run(folder.path(), &["list", "--json"]).lines("list").len(),
        1
    );
}

#[test]
fn a_trail_of_a_later_release_is_read() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    process.call(&call(1));
    let text = fs::read_to_string(process.segment()).expect("the segment");
    let later = text
        .replace("\"outcome\":\"success\"", "\"outcome\":\"failure\"")
        .replace("\"outcome\":\"ok\"", "\"outcome\":\"melted\"")
        .replace(
            "\"stopped\":\"succeeded\"",
            "\"stopped\":\"too_hot\",\"weather\":{\"degrees\":41}",
        )
        .replace("reqtrail/0.1.0", "reqtrail/7.0.0");
    fs::write(process.segment(), later).expect("the segment");
    let ran = run(folder.path(), &["find", &call_id(1)]);
    assert_eq!((ran.exit, &*ran.errors), (0, ""));
    assert!(
        ran.output.contains("melted") && ran.output.contains("too_hot"),
        "{}",
        ran.output
    );
    let ran = run(folder.path(), &["find", "--json", &call_id(1)]);
    assert!(ran.output.contains("\"weather\":{\"degrees\":41}"));
    assert_eq!(
        run(folder.path(), &["list", "--failed"])
            .output
            .lines()
            .count(),
        2
    );
}

#[test]
fn a_trail_that_cannot_be_read_is_skipped_and_counted() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    process.call(&call(1));
    let text = fs::read_to_string(process.segment()).expect("the segment");
    let other = text.replace("reqtrail.trail/1", "reqtrail.trail/2");
    fs::write(process.segment(), other).expect("the segment");
    process.call(&call(2));
    run(folder.path(), &["list"]).is_golden("odd-trail", folder.path());
}

#[test]
fn a_torn_slot_of_a_table_is_skipped_and_counted() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    process.write_slot(3, "{\"call_id\":");
    process.call(&call(1));
    let ran = run(folder.path(), &["list"]);
    assert_eq!(ran.exit, 0);
    assert_eq!(ran.errors, "reqtrail: skipped 1 torn line\n");
    // A table without space for slots yet.
    fs::write(process.table(), "").expect("the table");
    assert_eq!(run(folder.path(), &["list"]).errors, "");
    fs::write(process.table(), [0; 1000]).expect("the table");
    assert_eq!(run(folder.path(), &["list"]).errors, "");
}

#[test]
fn a_folder_that_cannot_be_read_has_exit_2() {
    let folder = Folder::new();
    let path = folder.path();
    let missing = path.join("missing");
    let file = path.join("file");
    fs::write(&file, "").expect("a file");
    for subcommand in [&["list"][..], &["find", "abcdef"], &["tail"], &["status"]] {
        for journal in [&missing, &file] {
            let mut command = command();
            command.args(subcommand).arg("--journal").arg(journal);
            let ran = finish(command, "");
            assert_eq!((ran.exit, &*ran.output), (2, ""), "{subcommand:?}");
            assert!(ran.errors.contains(&journal.display().to_string()));
        }
    }
    let mut by_option = command();
    by_option.args(["list", "--journal"]).arg(&missing);
    finish(by_option, "").is_golden("folder-missing", path);
    let mut by_variable = command();
    by_variable.arg("list").env("REQTRAIL_JOURNAL", &missing);
    finish(by_variable, "").is_golden("folder-missing-variable", path);
    let mut by_default = command();
    by_default.arg("list").env("XDG_STATE_HOME", path);
    finish(by_default, "").is_golden("folder-missing-default", path);
}

#[test]
fn the_values_one_and_zero_mean_the_default_folder() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    process.call(&call(1));
    let state = Folder::new();
    symlink(folder.path(), state.path().join("reqtrail")).expect("a link");
    for variable in ["1", "0", ""] {
        let mut command = command();
        command
            .arg("list")
            .env("REQTRAIL_JOURNAL", variable)
            .env("XDG_STATE_HOME", state.path());
        let ran = finish(command, "");
        assert!(
            ran.output.contains("id-number-1"),
            "{variable}: {}",
            ran.errors
        );
    }
}

#[test]
fn a_file_without_read_permission_is_named() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    process.call(&call(1));
    fs::set_permissions(process.segment(), fs::Permissions::from_mode(0o000)).expect("the mode");
    if fs::read(process.segment()).is_ok() {
        // Root can read every file.
        return;
    }
    let ran = run(folder.path(), &["list"]);
    let segment = process.segment().display().to_string();
    assert!(ran.errors.contains(&segment), "{}", ran.errors);
}

#[test]
fn control_characters_in_names_are_escaped() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    process.call(
        &Call::new(1, "GET", "/a\u{1b}[2J\u{202e}", "2026-11-26T12:00:00Z")
            .attempt(Attempt::status(500).id("id\u{7}-number-1")),
    );
    for arguments in [&["list"][..], &["find", &call_id(1)]] {
        let ran = run(folder.path(), arguments);
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!ran.output.contains(steers), "{:?}", ran.output);
    }
}
