//! An adapter that is a program: one JSON line in, one JSON line out.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Adapter;

/// How long a program may take to start.
const START: Duration = Duration::from_secs(60);
/// How long a program may take to end after the end of its input.
const END: Duration = Duration::from_secs(2);
/// How many bytes of its error output are kept for messages.
const ERROR_OUTPUT: usize = 4 << 10;

/// An adapter program. It starts when it is first needed, and again after a failure.
#[derive(Debug)]
pub struct ProcessAdapter {
    name: String,
    argv: Vec<String>,
    capabilities: Vec<String>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    input: Option<Sender<String>>,
    output: Receiver<String>,
    errors: Arc<Mutex<VecDeque<u8>>>,
}

impl ProcessAdapter {
    /// Makes an adapter with this command and these capabilities.
    pub fn new(name: &str, argv: &[String], capabilities: &[String]) -> Self {
        Self {
            name: name.to_owned(),
            argv: argv.to_vec(),
            capabilities: capabilities.to_vec(),
            running: None,
        }
    }

    fn exchange(&mut self, job: &Value, limit: Duration) -> Result<Value, String> {
        let running = match &mut self.running {
            Some(running) => running,
            none => none.insert(Running::start(&self.argv)?),
        };
        let result = running.exchange(job, limit);
        if result.is_err() {
            // Its next line could be the answer to an earlier job.
            self.running = None;
        }
        result
    }
}

impl Adapter for ProcessAdapter {
    fn name(&self) -> &str {
        &self.name
    }

    fn has(&self, need: &str) -> bool {
        self.capabilities
            .iter()
            .any(|capability| capability == need)
    }

    /// Starts the program with a job without calls, because `listen_after_ms` counts from the moment
    /// when a running program gets its calls. The answer does not matter. A program that fails is
    /// started again for the calls.
    fn prepare(&mut self) -> Result<(), String> {
        if self.running.is_none() {
            let running = self.running.insert(Running::start(&self.argv)?);
            let job =
                json!({"id": "ready", "base_url": "http://127.0.0.1:9", "client": {}, "calls": []});
            if running.exchange(&job, START).is_err() {
                self.running = None;
            }
        }
        Ok(())
    }

    fn play(&mut self, job: &Value, limit: Duration) -> Result<Value, String> {
        self.exchange(job, limit)
    }
}

impl Running {
    fn start(argv: &[String]) -> Result<Self, String> {
        let (program, arguments) = argv.split_first().ok_or("the command is empty")?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{program} cannot be started: {error}"))?;
        let (input, lines) = mpsc::channel();
        let (answers, output) = mpsc::channel();
        let errors = Arc::default();
        if let Some(stdin) = child.stdin.take() {
            thread::spawn(move || write_lines(stdin, &lines));
        }
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || read_lines(stdout, &answers));
        }
        if let Some(stderr) = child.stderr.take() {
            let errors = Arc::clone(&errors);
            thread::spawn(move || keep_tail(stderr, &errors));
        }
        Ok(Self {
            child,
            input: Some(input),
            output,
            errors,
        })
    }

    fn exchange(&mut self, job: &Value, limit: Duration) -> Result<Value, String> {
        if let Some(input) = &self.input {
            // If the writer has ended, the program has too, and there is no answer.
            drop(input.send(format!("{job}\n")));
        }
        let line = match self.output.recv_timeout(limit) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => {
                // A program that hangs would ignore the end of its input.
                drop(self.child.kill());
                return Err(self.with_errors(format!("no answer within {} s", limit.as_secs())));
            }
            Err(RecvTimeoutError::Disconnected) => {
                let how = match self.ended(END) {
                    Some(status) => status,
                    None => "closed its output".to_owned(),
                };
                return Err(self.with_errors(format!("the adapter ended without an answer: {how}")));
            }
        };
        let answer: Value = serde_json::from_str(&line)
            .map_err(|error| self.with_errors(format!("not a JSON line: {error}: {line}")))?;
        if answer.get("id") != job.get("id") {
            let (expected, got) = (&job["id"], &answer["id"]);
            return Err(format!(
                "expected the answer to {expected}, got one to {got}"
            ));
        }
        Ok(answer)
    }

    fn ended(&mut self, within: Duration) -> Option<String> {
        let deadline = Instant::now() + within;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status.to_string());
            }
            if Instant::now() >= deadline {
                return None;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn with_errors(&self, message: String) -> String {
        let errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let (front, back) = errors.as_slices();
        let text = String::from_utf8_lossy(&[front, back].concat()).into_owned();
        match text.trim() {
            "" => message,
            text => format!("{message}\n    its error output ends: {text}"),
        }
    }
}

impl Drop for Running {
    /// Ends the program by ending its input. Kills it if it does not end.
    fn drop(&mut self) {
        self.input = None;
        if self.ended(END).is_none() {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

fn write_lines(mut stdin: ChildStdin, lines: &Receiver<String>) {
    for line in lines {
        if stdin.write_all(line.as_bytes()).is_err() || stdin.flush().is_err() {
            return;
        }
    }
}

fn read_lines(stdout: ChildStdout, answers: &Sender<String>) {
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        if !line.trim().is_empty() && answers.send(line).is_err() {
            return;
        }
    }
}

fn keep_tail(mut stderr: ChildStderr, errors: &Mutex<VecDeque<u8>>) {
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        let mut kept = errors.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(&buffer[..count]);
        let surplus = kept.len().saturating_sub(ERROR_OUTPUT);
        kept.drain(..surplus);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> ProcessAdapter {
        let argv = ["sh", "-c", script].map(str::to_owned);
        ProcessAdapter::new("shell", &argv, &["tls".to_owned()])
    }

    fn job() -> Value {
        json!({"id": "a", "calls": []})
    }

    #[test]
    fn an_answer_is_one_line_and_blank_lines_are_ignored() {
        let mut adapter =
            shell(r#"while read -r line; do echo; echo '{"id":"a","results":[]}'; done"#);
        for _ in 0..2 {
            let answer = adapter.play(&job(), LIMIT).expect("an answer");
            assert_eq!(answer, json!({"id": "a", "results": []}));
        }
        assert!(adapter.has("tls") && !adapter.has("http2"));
    }

    #[test]
    fn a_program_that_ends_says_how() {
        let mut adapter = shell("read -r line; echo 'went wrong' >&2; exit 3");
        let error = adapter.play(&job(), LIMIT).expect_err("it ended");
        assert!(error.contains("exit status: 3"), "{error}");
    }

    #[test]
    fn a_program_that_hangs_is_killed_and_restarted() {
        let mut adapter = shell("exec sleep 600");
        let error = adapter.play(&job(), Duration::from_millis(50));
        assert!(error.expect_err("it hangs").contains("no answer within"));
        assert!(adapter.running.is_none());
    }

    #[test]
    fn invalid_answers_are_refused() {
        let error = |script| shell(script).play(&job(), LIMIT).expect_err("refused");
        let other = error(r#"read -r line; echo '{"id":"b","results":[]}'"#);
        assert!(other.contains("expected the answer to \"a\""), "{other}");
        let text = error("read -r line; echo hello");
        assert!(text.contains("not a JSON line"), "{text}");
        let missing = ProcessAdapter::new("none", &["/nonexistent/adapter".to_owned()], &[])
            .prepare()
            .expect_err("cannot start");
        assert!(missing.contains("cannot be started"), "{missing}");
    }
}
