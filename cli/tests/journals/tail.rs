//! `tail`: the newest calls, and those that end later.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::common::journal::{Attempt, Call, Folder, Open, call_id};
use crate::common::run::{command, run};
use crate::sample::sample;

/// A running `tail -f`, whose lines a test reads.
struct TailProcess {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl TailProcess {
    fn new(folder: &Path, arguments: &[&str]) -> Self {
        let mut command: Command = command();
        command
            .args(["tail", "-f", "--json", "--journal"])
            .arg(folder)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command runs");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Self { child, lines }
    }

    /// Waits for the next line, and returns the ID of its call and its state.
    fn next(&mut self) -> (String, String) {
        let line = self.lines.next().expect("a line").expect("text");
        let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let call = [&line["trail"]["call_id"], &line["opened"]["call_id"]];
        let call = call.into_iter().find(|id| id.is_string());
        (text(call.expect("a call")), text(&line["state"]))
    }

    fn finished(&mut self, number: u32) {
        assert_eq!(self.next(), (call_id(number), "finished".to_owned()));
    }

    /// Interrupts it as Ctrl-C does; returns the exit code and what it wrote to standard error.
    fn interrupt(self) -> (Option<i32>, String) {
        let pid = i32::try_from(self.child.id()).expect("a process");
        // SAFETY: it only sends a signal to a child that has not been waited for.
        assert_eq!(unsafe { libc::kill(pid, libc::SIGINT) }, 0);
        self.end()
    }

    fn end(mut self) -> (Option<i32>, String) {
        let mut errors = String::new();
        let mut pipe = self.child.stderr.take().expect("its errors");
        pipe.read_to_string(&mut errors).expect("text");
        (self.child.wait().expect("it ends").code(), errors)
    }
}

impl Drop for TailProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn call(number: u32) -> Call {
    let started = format!("2026-11-26T12:00:{number:02}Z");
    Call::new(number, "GET", "/cameras", &started)
        .attempt(Attempt::status(500).id(&format!("id-number-{number}")))
}

#[test]
fn the_newest_calls_are_ordered_by_time() {
    let sample = sample();
    let folder = sample.folder.path();
    run(folder, &["tail"]).is_golden("tail", folder);
    run(folder, &["tail", "-n", "2", "--failed"]).is_golden("tail-failed", folder);
    assert_eq!(
        run(folder, &["tail", "-n", "3", "--json"])
            .lines("list")
            .len(),
        3
    );
}

#[test]
fn calls_of_all_processes_are_followed() {
    let folder = Folder::new();
    let mut first = folder.process("first", "host", 1, "2026-11-26T12:00:00Z");
    let first_life = first.live();
    first.call(&call(1));
    first.call(&call(2));
    let mut tail = TailProcess::new(folder.path(), &["-n", "1"]);
    tail.finished(2);
    first.call(&call(3));
    tail.finished(3);
    // The other lane, then a new segment.
    first.use_segment(2);
    first.call(&call(4));
    tail.finished(4);
    first.use_segment(3);
    first.call(&call(5));
    tail.finished(5);
    // A process that starts later, and one that ends at once.
    let (mut second, _second_life) =
        folder.live_process("second", "host", 2, "2026-11-26T12:00:00Z");
    second.call(&call(6));
    tail.finished(6);
    let (mut third, third_life) = folder.live_process("third", "host", 3, "2026-11-26T12:00:00Z");
    third.call(&call(7));
    drop(third_life);
    tail.finished(7);
    // A line that is written in two parts.
    let line = {
        let mut elsewhere = Folder::new().process("x", "host", 9, "2026-11-26T12:00:00Z");
        std::fs::create_dir_all(elsewhere.segment().parent().expect("a folder")).expect("a folder");
        elsewhere.call(&call(8));
        let text = std::fs::read(elsewhere.segment()).expect("a line");
        let _ = std::fs::remove_dir_all(elsewhere.segment().parent().expect("a folder"));
        text
    };
    let (head, rest) = line.split_at(300);
    second.write_raw(head);
    first.call(&call(9));
    tail.finished(9);
    second.write_raw(rest);
    tail.finished(8);
    drop(first_life);
    assert_eq!(tail.interrupt(), (Some(130), String::new()));
}

#[test]
fn the_open_calls_of_a_process_that_dies_are_unknown() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    let life = process.live();
    process.fill_slot(0, &Open::new(1, "POST", "/", "2026-11-26T12:00:00Z"));
    process.fill_slot(1, &Open::new(2, "POST", "/", "2026-11-26T12:00:00Z"));
    process.opened(&Open::new(3, "POST", "/", "2026-11-26T12:00:01Z"));
    let dead = folder.process("dead", "host", 2, "2026-11-26T12:00:00Z");
    dead.fill_slot(0, &Open::new(4, "POST", "/", "2026-11-26T12:00:00Z"));
    let mut tail = TailProcess::new(folder.path(), &[]);
    assert_eq!(tail.next(), (call_id(4), "unknown".to_owned()));
    process.call(&call(2));
    tail.finished(2);
    drop(life);
    let mut unknown = [tail.next(), tail.next()];
    unknown.sort();
    let expected = [1, 3].map(|number| (call_id(number), "unknown".to_owned()));
    assert_eq!(unknown, expected);
    assert_eq!(tail.interrupt().0, Some(130));
}

#[test]
fn a_removed_folder_may_come_back() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    process.call(&call(1));
    let mut tail = TailProcess::new(folder.path(), &[]);
    tail.finished(1);
    std::fs::remove_dir_all(folder.path()).expect("it is removed");
    std::fs::create_dir(folder.path()).expect("it is made");
    let (mut again, _life) = folder.live_process("app", "host", 2, "2026-11-26T12:00:00Z");
    again.call(&call(2));
    tail.finished(2);
    assert_eq!(tail.interrupt(), (Some(130), String::new()));
}

#[test]
fn it_ends_when_its_pipe_is_closed() {
    let folder = Folder::new();
    let mut process = folder.process("app", "host", 1, "2026-11-26T12:00:00Z");
    process.call(&call(1));
    let mut tail = TailProcess::new(folder.path(), &[]);
    tail.finished(1);
    let child = &mut tail.child;
    // The reader closes the pipe, and no further line is written.
    tail.lines = BufReader::new(spare()).lines();
    let mut errors = String::new();
    let mut pipe = child.stderr.take().expect("its errors");
    pipe.read_to_string(&mut errors).expect("text");
    let exit = child.wait().expect("it ends").code();
    assert_eq!((exit, errors), (Some(0), String::new()));
}

/// Returns the output of a process that has ended.
fn spare() -> ChildStdout {
    let mut command = command();
    let mut child = command
        .arg("--version")
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let output = child.stdout.take().expect("its output");
    let _ = child.wait();
    output
}
