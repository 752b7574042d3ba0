//! Writes journals as programs do: segments, open-call tables, and the lock of a live process.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const SLOT_BYTES: usize = 512;
const SLOTS: usize = 1024;

/// A folder of journals, which is removed at the end.
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("reqtrail-cli-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a folder");
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Starts the journal of a process, with an empty open-call table that is not locked.
    pub(crate) fn process(&self, service: &str, host: &str, pid: u32, started: &str) -> Process {
        let process = self.process_without_table(service, host, pid, started);
        fs::write(process.table(), empty_table()).expect("a table");
        process
    }

    /// Starts the journal of a live process. Its table is locked before it appears, as a program does it: a `tail` that reads the
    /// folder at any moment finds the process alive.
    pub(crate) fn live_process(
        &self,
        service: &str,
        host: &str,
        pid: u32,
        started: &str,
    ) -> (Process, ProcessLock) {
        let process = self.process_without_table(service, host, pid, started);
        let hidden = process.table().with_extension("new");
        fs::write(&hidden, empty_table()).expect("a table");
        let lock = lock(&hidden);
        fs::rename(&hidden, process.table()).expect("renamed");
        (process, lock)
    }

    fn process_without_table(&self, service: &str, host: &str, pid: u32, started: &str) -> Process {
        let start_ms = at(started).as_millisecond();
        let file_host = host.replace('-', "_");
        Process {
            folder: self.path.clone(),
            stem: format!("{service}-{file_host}-{pid}-{start_ms}-a{pid:05x}"),
            service: service.to_owned(),
            host: host.to_owned(),
            pid,
            seq: 0,
            segment: 1,
        }
    }
}

fn empty_table() -> Vec<u8> {
    let mut blank = vec![b' '; SLOTS * SLOT_BYTES];
    for slot in blank.chunks_exact_mut(SLOT_BYTES) {
        slot[SLOT_BYTES - 1] = b'\n';
    }
    blank
}

fn lock(table: &Path) -> ProcessLock {
    let file = OpenOptions::new()
        .read(true)
        .open(table)
        .expect("the table");
    // SAFETY: the descriptor is open.
    let locked = unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) };
    assert_eq!(locked, 0, "the lock");
    ProcessLock(file)
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The journal of one process.
pub(crate) struct Process {
    folder: PathBuf,
    stem: String,
    service: String,
    host: String,
    pid: u32,
    seq: u64,
    segment: u32,
}

/// The lock of a live process. Dropping it ends the process for the command.
pub(crate) struct ProcessLock(#[allow(dead_code, reason = "it holds the lock")] File);

impl Process {
    pub(crate) fn table(&self) -> PathBuf {
        self.folder.join(format!("{}.open", self.stem))
    }

    /// Returns the path of the segment to which lines are written.
    pub(crate) fn segment(&self) -> PathBuf {
        let number = self.segment;
        self.folder.join(format!("{}.{number:04}.jsonl", self.stem))
    }

    /// Switches to another segment. Odd numbers have notable records, even ones the others.
    pub(crate) fn use_segment(&mut self, number: u32) {
        self.segment = number;
    }

    /// Locks the table, as a live process does.
    pub(crate) fn live(&self) -> ProcessLock {
        lock(&self.table())
    }

    /// Writes the record of a call that ended.
    pub(crate) fn call(&mut self, call: &Call) {
        let line = self.call_line(call);
        self.write(&line);
    }

    /// Writes the first bytes of a call's record, as if the process was killed during the write.
    pub(crate) fn torn_call(&mut self, call: &Call, bytes: usize) {
        let line = self.call_line(call).to_string();
        self.write_raw(&line.as_bytes()[..bytes]);
    }

    fn call_line(&mut self, call: &Call) -> Value {
        let trail = call.trail();
        let ended = call.ended();
        let last = &trail["attempts"][call.attempts.len().wrapping_sub(1)];
        let failed = call.outcome != "ok";
        let mut line = self.line("call", ended);
        line["message"] = json!(format!("{} {}: {}", call.method, call.path, call.outcome));
        line["log"]["level"] = json!(if failed { "warn" } else { "info" });
        line["event"]["type"] = match failed {
            true => json!(["access", "error"]),
            false => json!(["access"]),
        };
        line["event"]["outcome"] = json!(if failed { "failure" } else { "success" });
        line["event"]["start"] = json!(call.started);
        line["event"]["end"] = json!(format!("{ended:.3}"));
        line["event"]["duration"] = json!(call.elapsed_ms * 1_000_000);
        line["http"] = json!({ "request": { "method": call.method } });
        if let Some(id) = last["request_id"].as_str() {
            line["http"]["request"]["id"] = json!(id);
        }
        if let Some(status) = last["status"].as_u64() {
            line["http"]["response"] = json!({ "status_code": status });
        }
        line["url"] = json!({ "domain": "api.example", "path": call.path });
        line["trace"] = json!({ "id": trail["trace_id"] });
        if failed {
            line["error"] = json!({ "type": call.outcome });
            if let Some(code) = last["error_code"].as_str() {
                line["error"]["code"] = json!(code);
            }
        }
        let attempts = trail["attempts"].as_array().into_iter().flatten();
        let ids: Vec<&Value> = attempts
            .map(|attempt| &attempt["request_id"])
            .filter(|id| !id.is_null())
            .collect();
        line["reqtrail"]["call_id"] = trail["call_id"].clone();
        line["reqtrail"]["request_ids"] = json!(ids);
        line["reqtrail"]["trail"] = trail;
        line
    }

    /// Writes the record of a call that is about to be sent and has no room in the table.
    pub(crate) fn opened(&mut self, open: &Open) {
        let mut line = self.line("opened", at(&open.at));
        line["reqtrail"]["call_id"] = json!(call_id(open.number));
        line["reqtrail"]["opened"] = open.json();
        self.write(&line);
    }

    /// Writes the end of a call that has an `opened` record.
    pub(crate) fn closed(&mut self, number: u32, when: &str) {
        let mut line = self.line("closed", at(when));
        line["reqtrail"]["call_id"] = json!(call_id(number));
        self.write(&line);
    }

    /// Writes a record of lost records.
    pub(crate) fn lost(&mut self, records: u64, when: &str) {
        let mut line = self.line("lost", at(when));
        line["log"]["level"] = json!("warn");
        line["reqtrail"]["lost"] = json!({ "records": records, "since": when });
        self.write(&line);
    }

    /// Writes a call to a slot of the open-call table.
    pub(crate) fn fill_slot(&self, slot: usize, open: &Open) {
        let text = open.json().to_string();
        assert!(text.len() < SLOT_BYTES, "it fits");
        self.write_slot(slot, &format!("{text:<width$}\n", width = SLOT_BYTES - 1));
    }

    /// Clears a slot as a process does: only its first byte counts.
    pub(crate) fn clear_slot(&self, slot: usize) {
        self.write_slot(slot, " ");
    }

    pub(crate) fn write_slot(&self, slot: usize, text: &str) {
        let table = OpenOptions::new().write(true).open(self.table());
        let written =
            table.and_then(|it| it.write_all_at(text.as_bytes(), (slot * SLOT_BYTES) as u64));
        written.expect("a slot");
    }

    /// Appends any bytes to the segment.
    pub(crate) fn write_raw(&self, bytes: &[u8]) {
        let segment = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.segment());
        segment
            .and_then(|mut it| it.write_all(bytes))
            .expect("a line");
    }

    fn write(&self, line: &Value) {
        self.write_raw(format!("{line}\n").as_bytes());
    }

    fn line(&mut self, record: &str, written: Timestamp) -> Value {
        let seq = self.seq;
        self.seq += 1;
        json!({
            "@timestamp": format!("{written:.3}"),
            "ecs": { "version": "8.17" },
            "message": record,
            "log": { "level": "info" },
            "event": {
                "kind": "event", "category": ["web"], "type": ["access"], "outcome": "unknown", "dataset": "reqtrail.call",
            },
            "service": { "name": self.service },
            "process": { "pid": self.pid },
            "host": { "name": self.host },
            "reqtrail": { "record": record, "seq": seq, "monotonic_ms": seq * 10, "policy": "notable" },
        })
    }
}

/// A call that ended.
#[derive(Clone)]
pub(crate) struct Call {
    number: u32,
    method: String,
    path: String,
    started: String,
    elapsed_ms: u64,
    outcome: String,
    stopped: String,
    dialect: String,
    service: Option<String>,
    correlation: bool,
    attempts: Vec<Attempt>,
}

/// An attempt of a call.
#[derive(Clone, Default)]
pub(crate) struct Attempt {
    status: Option<u16>,
    request_id: Option<String>,
    body_request_id: Option<String>,
    error_code: Option<String>,
    failure: Option<(String, Option<String>)>,
    elapsed_ms: u64,
}

impl Attempt {
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status: Some(status),
            elapsed_ms: 20,
            ..Self::default()
        }
    }

    pub(crate) fn failure(kind: &str, code: Option<&str>) -> Self {
        Self {
            failure: Some((kind.to_owned(), code.map(str::to_owned))),
            elapsed_ms: 20,
            ..Self::default()
        }
    }

    pub(crate) fn id(mut self, id: &str) -> Self {
        self.request_id = Some(id.to_owned());
        self
    }

    pub(crate) fn body_id(mut self, id: &str) -> Self {
        self.body_request_id = Some(id.to_owned());
        self
    }

    pub(crate) fn code(mut self, code: &str) -> Self {
        self.error_code = Some(code.to_owned());
        self
    }
}

impl Call {
    /// Makes a call without attempts. Its IDs are derived from `number`.
    pub(crate) fn new(number: u32, method: &str, path: &str, started: &str) -> Self {
        Self {
            number,
            method: method.to_owned(),
            path: path.to_owned(),
            started: started.to_owned(),
            elapsed_ms: 0,
            outcome: "ok".to_owned(),
            stopped: "succeeded".to_owned(),
            dialect: "novavms".to_owned(),
            service: None,
            correlation: false,
            attempts: Vec::new(),
        }
    }

    pub(crate) fn attempt(mut self, attempt: Attempt) -> Self {
        self.elapsed_ms += attempt.elapsed_ms;
        self.attempts.push(attempt);
        self
    }

    pub(crate) fn took(mut self, elapsed_ms: u64) -> Self {
        self.elapsed_ms = elapsed_ms;
        self
    }

    pub(crate) fn fails(mut self, outcome: &str, stopped: &str) -> Self {
        self.outcome = outcome.to_owned();
        self.stopped = stopped.to_owned();
        self
    }

    /// Makes it a call to the OpenStack service of this type, with a correlation ID.
    pub(crate) fn openstack(mut self, service: &str) -> Self {
        self.dialect = "openstack".to_owned();
        self.service = Some(service.to_owned());
        self.correlation = true;
        self
    }

    pub(crate) fn ended(&self) -> Timestamp {
        let elapsed = i64::try_from(self.elapsed_ms).expect("a duration");
        at(&self.started) + SignedDuration::from_millis(elapsed)
    }

    /// Returns the JSON of the trail.
    pub(crate) fn trail(&self) -> Value {
        let correlation = format!("req-{}", call_id(self.number));
        let attempts: Vec<Value> = (1..)
            .zip(&self.attempts)
            .map(|(number, attempt)| self.attempt_json(number, attempt))
            .collect();
        json!({
            "schema": "reqtrail.trail/1",
            "client": "reqtrail/0.1.0",
            "call_id": call_id(self.number),
            "trace_id": trace_id(self.number),
            "correlation_id": self.correlation.then_some(correlation),
            "dialect": self.dialect,
            "service": self.service,
            "method": self.method,
            "origin": "https://api.example",
            "path": self.path,
            "started_at": self.started,
            "elapsed_ms": self.elapsed_ms,
            "outcome": self.outcome,
            "stopped": self.stopped,
            "notes": [],
            "attempts": attempts,
        })
    }

    fn attempt_json(&self, number: u32, attempt: &Attempt) -> Value {
        let answered = attempt.status.is_some();
        let failure = attempt.failure.as_ref();
        let source = attempt.request_id.as_ref().map(|_| "header:x-request-id");
        let not_sent = failure.is_some_and(|(kind, _)| kind == "connect");
        let sent = match (answered, not_sent) {
            (true, _) => "yes",
            (_, true) => "no",
            _ => "unknown",
        };
        json!({
            "number": number,
            "cause": if number == 1 { "initial" } else { "retry" },
            "method": self.method,
            "span_id": span_id(self.number, number),
            "url": format!("https://api.example{}", self.path),
            "remote_address": answered.then_some("10.0.0.7:443"),
            "status": attempt.status,
            "request_id": attempt.request_id,
            "request_id_source": source,
            "request_id_notes": [],
            "body_request_id": attempt.body_request_id,
            "error_code": attempt.error_code,
            "category": attempt.error_code.as_ref().map(|_| "unavailable"),
            "failure": failure.map(|(kind, _)| kind),
            "failure_code": failure.and_then(|(_, code)| code.as_ref()),
            "failure_reason": null,
            "sent": sent,
            "processed": match sent { "yes" => Some(true), "no" => Some(false), _ => None },
            "started_ms": (number - 1) * 100,
            "elapsed_ms": attempt.elapsed_ms,
            "retry_after_ms": null,
            "wait_ms": null,
            "wait_reason": null,
        })
    }
}

/// A call that is about to be sent.
#[derive(Clone)]
pub(crate) struct Open {
    number: u32,
    method: String,
    path: String,
    at: String,
    attempt: u32,
    correlation: bool,
}

impl Open {
    pub(crate) fn new(number: u32, method: &str, path: &str, at: &str) -> Self {
        Self {
            number,
            method: method.to_owned(),
            path: path.to_owned(),
            at: at.to_owned(),
            attempt: 1,
            correlation: false,
        }
    }

    pub(crate) fn attempt(mut self, number: u32) -> Self {
        self.attempt = number;
        self
    }

    pub(crate) fn correlated(mut self) -> Self {
        self.correlation = true;
        self
    }

    pub(crate) fn json(&self) -> Value {
        let mut json = json!({
            "at": self.at,
            "call_id": call_id(self.number),
            "trace_id": trace_id(self.number),
            "span_id": span_id(self.number, self.attempt),
            "method": self.method,
            "path": self.path,
            "origin": "https://api.example",
            "attempt": self.attempt,
            "api": "novavms",
        });
        if self.correlation {
            json["correlation_id"] = json!(format!("req-{}", call_id(self.number)));
        }
        json
    }
}

/// Returns the call ID of the call with this number.
pub(crate) fn call_id(number: u32) -> String {
    format!("{number:08x}-1d3b-4c5d-8e9f-0a1b2c3d4e5f")
}

/// Returns its trace ID, which has the same digits.
pub(crate) fn trace_id(number: u32) -> String {
    call_id(number).replace('-', "")
}

/// Returns the span ID of one of its attempts.
pub(crate) fn span_id(number: u32, attempt: u32) -> String {
    format!("{attempt:08x}{number:08x}")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}
