//! One recording, which all clients of a process that name the same file share.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use http::header::{CONTENT_TYPE, SET_COOKIE};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::clean::{self, is_form, is_json};
use super::compare::{self, Former};
use super::file::{self, LARGEST, Output};
use super::observed::{Answer, LONGEST_BODY, ObservedExchange};
use super::uuids::uuids;
use super::{exchange, headers, print, warn};
use crate::fork;
use crate::json::object;
use crate::redact::{REDACTED, Redactor, Secret, is_secret_header, of_header, of_member};
use crate::transport::WireRequest;

/// How many differences from the former recording are reported one by one.
const MAX_DIFFERENCES: usize = 50;

/// The placeholder of the process ID in a path.
const PID: &str = "{pid}";

/// The beginning of the file.
const HEAD: &str = "{\n  \"schema\": \"reqtrail.script/1\",\n  \"exchanges\": [";

/// The indentation of exchanges.
const INDENT: usize = 4;

/// The recordings of this process. They live as long as the process, so that a program may make clients one after the
/// other.
static RECORDERS: Mutex<Vec<RegisteredRecorder>> = Mutex::new(Vec::new());

struct RegisteredRecorder {
    recorder: Arc<SessionRecorder>,
    run: Weak<Run>,
}

/// The use of a recording by clients. When the last of them is dropped, exchanges that only the former recording had
/// are reported.
#[derive(Debug)]
pub(crate) struct Run {
    recorder: Arc<SessionRecorder>,
}

struct SessionRecorder {
    path: PathBuf,
    generation: u32,
    next: AtomicU64,
    state: Mutex<State>,
}

struct State {
    /// Every secret that a client has sent or a server has named.
    secrets: Redactor,
    /// The UUIDs of replies, except those that the program made and a server repeats.
    seen: HashSet<Uuid>,
    /// The UUIDs that the program made, which differ in each run.
    made: HashSet<Uuid>,
    /// Sorted.
    origins: Vec<String>,
    /// In the order in which the requests went out.
    entries: Vec<Entry>,
    former: Option<Former>,
    reported: usize,
    /// `None` once nothing can be written any more.
    output: Option<Output>,
}

struct Entry {
    order: u64,
    observed: ObservedExchange,
    text: String,
    /// Its offset in the file.
    at: u64,
}

impl Run {
    /// Joins the recording of a file. The error says why the path is not accepted.
    pub(crate) fn join(path: &Path) -> Result<Arc<Self>, String> {
        // This gives processes that run at the same time separate files.
        let own = path.to_str().filter(|path| path.contains(PID));
        let own = own.map(|path| path.replace(PID, &std::process::id().to_string()));
        let path = own.as_deref().map_or(path, Path::new);
        let path =
            std::path::absolute(path).map_err(|error| format!("which is not a path: {error}"))?;
        let path = file::unique(path);
        let mut known = RECORDERS.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = fork::generation();
        // The child of a fork has its own recordings.
        let found = known
            .iter_mut()
            .find(|known| known.recorder.path == path && known.recorder.generation == generation);
        if let Some(known) = found {
            let run = known.run.upgrade().unwrap_or_else(|| {
                Arc::new(Self {
                    recorder: Arc::clone(&known.recorder),
                })
            });
            known.run = Arc::downgrade(&run);
            return Ok(run);
        }
        let former = file::former(&path)?;
        let recorder = Arc::new(SessionRecorder::new(path, generation, former.as_ref()));
        let run = Arc::new(Self {
            recorder: Arc::clone(&recorder),
        });
        known.push(RegisteredRecorder {
            recorder,
            run: Arc::downgrade(&run),
        });
        drop(known);
        warn(&format!(
            "recording is on: the exchanges of this process are written to `{}`, secrets left out as far as they are known",
            run.recorder.path.display()
        ));
        Ok(run)
    }

    /// Notes the secrets of a request. Returns its number among all, and the UUIDs in it that no reply has had.
    pub(super) fn begin(&self, request: &WireRequest, json: Option<&Value>) -> (u64, Vec<Uuid>) {
        let recorder = &self.recorder;
        let order = recorder.next.fetch_add(1, Ordering::Relaxed);
        if recorder.is_of_a_parent() {
            return (order, Vec::new());
        }
        let mut state = recorder.lock();
        let mut new = Redactor::default();
        for (secret, shown) in request.secrets.iter().flat_map(|known| known.secrets()) {
            state.learn(secret, shown.clone(), &mut new);
        }
        for (name, value) in &request.headers {
            if value.is_sensitive() || is_secret_header(name) {
                for secret in of_header(name, value.as_bytes(), None) {
                    state.learn(&secret, Cow::Borrowed(REDACTED), &mut new);
                }
            }
        }
        let mut learn = |secret: Secret| state.learn(&secret, Cow::Borrowed(REDACTED), &mut new);
        if let Some(json) = json {
            clean::secrets_of(json, &mut learn);
        } else if is_form(&request.headers) {
            clean::secrets_of_form(&request.body, &mut learn);
        }
        let target = request.url.path_and_query().as_bytes();
        let made = uuids(target)
            .chain(json.into_iter().flat_map(|_| uuids(&request.body)))
            .filter(|uuid| !state.seen.contains(uuid));
        let made: Vec<_> = made.collect();
        state.made.extend(&made);
        let failed = state.forget(&new);
        drop(state);
        self.log(Vec::new(), failed);
        (order, made)
    }

    /// Writes an exchange that has ended.
    pub(super) fn ended(&self, order: u64, observed: ObservedExchange) {
        let recorder = &self.recorder;
        if recorder.is_of_a_parent() {
            return;
        }
        let mut state = recorder.lock();
        let mut new = Redactor::default();
        let mut messages = Vec::new();
        if let Some(answer) = &observed.reply {
            state.learn_of(answer, &mut new);
        }
        let forgotten = state.forget(&new);
        let failed = state.add(order, observed, &mut messages).or(forgotten);
        drop(state);
        self.log(messages, failed);
    }

    /// Logs what came up while the state was locked.
    fn log(&self, messages: Vec<String>, failed: Option<String>) {
        for text in messages {
            warn(&format!("recording: {text}"));
        }
        if let Some(why) = failed {
            let path = self.recorder.path.display();
            warn(&format!("recording to `{path}` has ended: {why}"));
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if self.recorder.is_of_a_parent() {
            return;
        }
        let mut state = self.recorder.lock();
        // A run without a request replaced nothing.
        let is_replaced = !state.entries.is_empty();
        let former = state.former.as_mut().filter(|_| is_replaced);
        let missing = former.map(Former::missing).unwrap_or_default();
        let mut messages = Vec::new();
        state.report(missing, &mut messages);
        drop(state);
        self.log(messages, None);
    }
}

impl SessionRecorder {
    fn new(path: PathBuf, generation: u32, former: Option<&Value>) -> Self {
        Self {
            generation,
            next: AtomicU64::new(0),
            state: Mutex::new(State {
                secrets: Redactor::default(),
                seen: HashSet::new(),
                made: HashSet::new(),
                origins: Vec::new(),
                entries: Vec::new(),
                former: former.map(Former::of),
                reported: 0,
                output: Some(Output::new(path.clone())),
            }),
            path,
        }
    }

    /// Whether this process is the child of the one that records: the file is its parent's, and the lock may be held by
    /// it.
    fn is_of_a_parent(&self) -> bool {
        self.generation != fork::generation()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn learn(&mut self, secret: &Secret, shown: Cow<'static, str>, new: &mut Redactor) {
        if self.secrets.add_as(secret, shown.clone()) {
            new.add_as(secret, shown);
        }
    }

    /// Learns the secrets of a reply, and notes its UUIDs.
    fn learn_of(&mut self, answer: &Answer, new: &mut Redactor) {
        let shown = Cow::Borrowed(REDACTED);
        for (name, value) in &answer.headers {
            self.see(value.as_bytes());
            if *name == SET_COOKIE {
                let text = String::from_utf8_lossy(value.as_bytes());
                if let Some(secret) = headers::cookie_value(&text).and_then(of_member) {
                    self.learn(&secret, shown.clone(), new);
                }
            } else if is_secret_header(name) {
                for secret in of_header(name, value.as_bytes(), None) {
                    self.learn(&secret, shown.clone(), new);
                }
            }
        }
        let body = exchange::readable(answer);
        self.see(&body);
        if is_json(answer.headers.get(CONTENT_TYPE), &body)
            && let Ok(json) = serde_json::from_slice(&body)
        {
            clean::secrets_of(&json, &mut |secret| self.learn(&secret, shown.clone(), new));
        } else if is_form(&answer.headers) {
            clean::secrets_of_form(&body, &mut |secret| self.learn(&secret, shown.clone(), new));
        } else {
            clean::secrets_of_text(&body, &mut |secret| self.learn(&secret, shown.clone(), new));
        }
    }

    fn see(&mut self, text: &[u8]) {
        let made = &self.made;
        let given = uuids(text).filter(|uuid| !made.contains(uuid));
        self.seen.extend(given);
    }

    /// Removes secrets that became known only now from what is already written. Returns why it cannot.
    fn forget(&mut self, new: &Redactor) -> Option<String> {
        if new.secrets().next().is_none() || self.output.is_none() {
            return None;
        }
        let mut found = false;
        for entry in &mut self.entries {
            // Coded bodies are not searched.
            let is_coded = entry.text.contains("\"base64\": ");
            if is_coded || matches!(new.bytes(entry.text.as_bytes()), Cow::Owned(_)) {
                entry.text =
                    print::exchange(&exchange::exchange(&entry.observed, &self.secrets), INDENT);
                found = true;
            }
        }
        if found { self.write(0) } else { None }
    }

    /// Adds an exchange. Returns why it cannot be written.
    fn add(
        &mut self,
        order: u64,
        observed: ObservedExchange,
        messages: &mut Vec<String>,
    ) -> Option<String> {
        self.output.as_ref()?;
        if let Err(place) = self.origins.binary_search(&observed.origin) {
            self.origins.insert(place, observed.origin.clone());
        }
        let exchange = exchange::exchange(&observed, &self.secrets);
        if let Some(length) = observed
            .reply
            .as_ref()
            .and_then(|answer| answer.body.cut_length())
        {
            messages.push(format!(
                "{}: the body has {length} bytes, and a recording keeps at most {LONGEST_BODY}; it is filled with `x`",
                compare::name(&exchange)
            ));
        }
        let differences = match &mut self.former {
            Some(former) => former.compare(&exchange),
            None => Vec::new(),
        };
        self.report(differences, messages);
        // Of exchanges that are under way at the same time, the later may end first.
        let place = self.entries.partition_point(|entry| entry.order < order);
        let entry = Entry {
            order,
            observed,
            text: print::exchange(&exchange, INDENT),
            at: 0,
        };
        self.entries.insert(place, entry);
        self.write(place)
    }

    /// Adds differences to the report, up to a number.
    fn report(&mut self, differences: Vec<String>, messages: &mut Vec<String>) {
        for text in differences {
            self.reported += 1;
            match self.reported {
                ..=MAX_DIFFERENCES => messages.push(text),
                n if n == MAX_DIFFERENCES + 1 => {
                    messages.push("there are more differences".to_owned())
                }
                _ => {}
            }
        }
    }

    /// Writes the exchanges from `place` on, and the end of the file. Returns why it cannot.
    fn write(&mut self, place: usize) -> Option<String> {
        let before = place.checked_sub(1).and_then(|at| self.entries.get(at));
        let start = before.map_or(0, |entry| entry.at + entry.text.len() as u64);
        let mut out = String::new();
        if start == 0 {
            out.push_str(HEAD);
        }
        for (index, entry) in self.entries.iter_mut().enumerate().skip(place) {
            out.push_str(if index == 0 { "\n" } else { ",\n" });
            entry.at = start + out.len() as u64;
            out.push_str(&entry.text);
        }
        out.push_str(&tail(&self.origins));
        let result = if start + out.len() as u64 > LARGEST {
            Err(format!(
                "it has {LARGEST} bytes, the most that a recording may have"
            ))
        } else {
            let output = self.output.as_mut()?;
            output
                .write(start, out.as_bytes())
                .map_err(|error| error.to_string())
        };
        let why = result.err()?;
        self.output = None;
        self.entries = Vec::new();
        Some(why)
    }
}

/// The end of the file after the exchanges.
fn tail(origins: &[String]) -> String {
    let origins: Value = origins.iter().map(String::as_str).collect();
    let recorded = object(&mut [
        ("at", Timestamp::now().to_string().into()),
        ("by", format!("reqtrail/{}", crate::VERSION).into()),
        ("origins", origins),
    ]);
    format!("\n  ],\n  \"recorded\": {}\n}}\n", print::inline(&recorded))
}

impl fmt::Debug for SessionRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionRecorder")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
