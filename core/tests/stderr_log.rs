//! `REQTRAIL_LOG`: what processes write to their standard error. Each is started from this binary as the ignored test `child`.
#![cfg(unix)]

use std::ffi::CString;
use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use reqtrail::{Client, ClientBuilder, Proxy, blocking};
use serde_json::Value;

const BASE: &str = "REQTRAIL_TEST_BASE";
const STEP: &str = "REQTRAIL_TEST_STEP";
const LEVEL: &str = "REQTRAIL_LOG";
const FORMAT: &str = "REQTRAIL_LOG_FORMAT";

/// Longer than any machine takes: it ends a test that hangs, and decides nothing else.
const LONG: Duration = Duration::from_secs(60);

/// What no line may contain, with its place in the request.
const TOKEN: &str = "c4nary-token-9d1f";
const PARAM: &str = "c4nary-param-9d1f";
const QUERY: &str = "c4nary-query-9d1f";
const HEADER: &str = "c4nary-header-9d1f";
const BODY: &str = "c4nary-body-9d1f";
const PROXY: &str = "c4nary-proxy-9d1f";

/// The request ID of Nova.
const ID: &str = "req-58552ee2-cd12-457c-bb57-60275f53b0ac";

/// Starts a server on loopback, whose paths do what their names say. For an unknown path it repeats the secrets that it is
/// sent.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for (number, socket) in listener.incoming().flatten().enumerate() {
            // A client that goes away ends its connection and nothing else.
            thread::spawn(move || answer(socket, number));
        }
    });
    base
}

/// Answers one request, and closes the connection.
fn answer(mut socket: TcpStream, number: usize) -> std::io::Result<()> {
    let mut reader = BufReader::new(socket.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or_default();
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut content = vec![0; length];
    reader.read_exact(&mut content)?;
    // What the client has marked as secret: the path with its parameter, and the credential.
    let target = head.split(['?', ' ']).nth(1).unwrap_or_default();
    let credential = head.lines().find(|line| line.starts_with("authorization:"));
    let echo = Value::from(format!("{target} {}", credential.unwrap_or_default()));
    let (status, body) = if head.contains("/ok") {
        ("200 OK", "{}".to_owned())
    } else if head.contains("/action") {
        ("202 Accepted", "{}".to_owned())
    } else if head.contains("/once") && number == 0 {
        (
            "503 Unavailable",
            r#"{"error": {"code": "service_unavailable"}}"#.to_owned(),
        )
    } else if head.contains("/once") {
        ("200 OK", "{}".to_owned())
    } else {
        (
            "404 Not Found",
            format!(r#"{{"error": {{"code": {echo}, "message": {echo}}}}}"#),
        )
    };
    write!(
        socket,
        "HTTP/1.1 {status}\r\nx-request-id: req_{number:08}\r\nx-compute-request-id: {ID}\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
}

fn command(step: &str, base: &str, level: &str, format: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a binary"));
    command
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env(STEP, step)
        .env(BASE, base)
        .env(LEVEL, level)
        .env(FORMAT, format)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

/// Runs a process, and returns the lines of its standard error.
fn lines(step: &str, level: &str, format: &str) -> Vec<String> {
    let base = serve();
    let ran = command(step, &base, level, format)
        .stderr(Stdio::piped())
        .output();
    let ran = ran.expect("a process");
    let text = String::from_utf8(ran.stderr).expect("text");
    assert!(ran.status.success(), "{}\n{text}", ran.status);
    text.lines().map(str::to_owned).collect()
}

fn client(of: impl FnOnce(String) -> ClientBuilder) -> blocking::Client {
    of(std::env::var(BASE).expect("a base"))
        .token(TOKEN)
        .base_delay(Duration::from_millis(1))
        .build_blocking()
        .expect("a client")
}

/// A failing call that carries secrets.
fn refused(client: &blocking::Client) {
    let error = client
        .post("/missing/{id}")
        .secret_param("id", PARAM)
        .query("sig", QUERY)
        .header("authorization-code", HEADER)
        .json(&serde_json::json!({"password": BODY}))
        .send()
        .expect_err("it is missing");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
}

/// Not a test: what a process does, as the step says.
#[test]
#[ignore = "a process of the others"]
fn child() {
    let step = std::env::var(STEP).expect("a step");
    match step.as_str() {
        "novavms" => {
            let client = client(Client::novavms);
            client.get("/once").send().expect("the second is answered");
            refused(&client);
        }
        "openstack" => {
            let client = client(Client::openstack);
            client
                .post("/servers/{id}/action")
                .param("id", "7")
                .send()
                .expect("it is accepted");
        }
        "proxy" => {
            let proxy = Proxy::Url(format!("http://user:{PROXY}@127.0.0.1:1").into());
            let client = client(|base| Client::novavms(base).proxy(proxy).max_attempts(2));
            client.get("/ok").send().expect_err("no such proxy");
        }
        #[cfg(feature = "journal")]
        "journal" => {
            let client = client(|base| Client::novavms(base).journal("/dev/null/journal"));
            refused(&client);
            refused(&client);
        }
        "two" => {
            for _ in 0..2 {
                client(Client::novavms)
                    .get("/ok")
                    .send()
                    .expect("it answers");
            }
        }
        "stuck" => {
            let client = client(Client::novavms);
            for _ in 0..20 {
                refused(&client);
            }
            tell("called");
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).expect("a line");
            refused(&client);
            tell("ended");
        }
        // As programs in C begin.
        "unread" => {
            // SAFETY: it is the action that every process begins with.
            unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).expect("a line");
            refused(&client(Client::novavms));
            tell("ended");
        }
        _ => panic!("no such step: {step}"),
    }
}

/// Reports to the test that started this process.
fn tell(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\ntold {text}").expect("a line");
    out.flush().expect("a line");
}

/// Waits until the process has told something, or has ended.
fn told(child: &mut Child) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    let out = BufReader::new(child.stdout.take().expect("a pipe"));
    thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            if let Some(text) = line.strip_prefix("told ") {
                let _ = sender.send(text.to_owned());
            }
        }
    });
    receiver
}

/// How many lines have the word as their level.
fn count(lines: &[String], level: &str) -> usize {
    let word = format!("Z {level} reqtrail ");
    lines.iter().filter(|line| line.contains(&word)).count()
}

#[test]
fn each_log_level_writes_its_lines() {
    // Three attempts, a call that succeeded and one that failed.
    for (level, wanted) in [
        ("warn", [0, 0, 1]),
        ("INFO", [0, 3, 1]),
        ("debug", [4, 3, 1]),
    ] {
        let lines = lines("novavms", level, "");
        let found = ["DEBUG", "INFO", "WARN"].map(|level| count(&lines, level));
        assert_eq!(found, wanted, "{level}: {lines:#?}");
        assert_eq!(lines.len(), wanted.iter().sum::<usize>(), "{lines:#?}");
    }
    for level in ["", "off"] {
        assert_eq!(lines("novavms", level, "json"), [""; 0]);
    }
}

#[test]
#[cfg(feature = "journal")]
fn a_journal_that_cannot_be_written_is_reported_without_the_variable() {
    for (level, calls) in [("", 0), ("warn", 2)] {
        let lines = lines("journal", level, "");
        assert_eq!(lines.len(), 1 + calls, "{level}: {lines:#?}");
        assert!(
            lines[0].contains(" WARN reqtrail the journal in /dev/null/journal cannot be opened: "),
            "{level}: {lines:#?}"
        );
    }
    assert_eq!(lines("journal", "off", ""), [""; 0]);
}

#[test]
fn attempts_say_why_they_were_repeated() {
    let lines = lines("novavms", "info", "text");
    let first = lines.first().expect("a line");
    for part in [
        " INFO reqtrail GET /once attempt 1: 503, request ID req_00000000 call_id=",
        " attempt=1 cause=initial status=503 code=service_unavailable ",
        " wait_ms=",
        " wait_reason=backoff",
    ] {
        assert!(first.contains(part), "{part} in {first}");
    }
    let last = lines.last().expect("a line");
    for part in [
        " WARN reqtrail POST /missing/{id} failed: 404 ",
        " attempts=1 ",
        " stopped=",
    ] {
        assert!(last.contains(part), "{part} in {last}");
    }
}

#[test]
fn openstack_has_the_line_of_operators_with_the_global_id() {
    let lines = lines("openstack", "info", "");
    let [line] = &*lines else {
        panic!("one line: {lines:#?}");
    };
    let (_, line) = line.split_once(" INFO reqtrail ").expect("a level");
    assert!(
        line.starts_with("POST call to compute for http://127.0.0.1:"),
        "{line}"
    );
    let used = format!("/servers/7/action used request id {ID} ");
    assert!(line.contains(&used), "{line}");
    let call_id = line
        .split_once("call_id=")
        .and_then(|(_, rest)| rest.split(' ').next());
    let global = format!(" global_request_id=req-{} ", call_id.expect("a call ID"));
    assert!(line.contains(&global), "{line}");
}

#[test]
fn json_has_an_object_in_each_line() {
    let objects: Vec<Value> = lines("novavms", "debug", "JSON")
        .iter()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let records: Vec<_> = objects
        .iter()
        .map(|o| o["reqtrail"]["record"].as_str())
        .collect();
    let (started, ended, call) = (Some("attempt_started"), Some("attempt"), Some("call"));
    assert_eq!(
        records,
        [started, ended, started, ended, call, started, ended, call]
    );
    let call_ids: Vec<_> = objects.iter().map(|o| &o["reqtrail"]["call_id"]).collect();
    assert!(
        call_ids[..5].iter().all(|id| *id == call_ids[0]),
        "{call_ids:?}"
    );
    assert_ne!(call_ids[0], call_ids[5]);
    let failed = &objects[7];
    assert_eq!(failed["log"]["level"], "warn");
    assert_eq!(failed["event"]["outcome"], "failure");
    assert_eq!(failed["http"]["response"]["status_code"], 404);
    assert_eq!(failed["url"]["path"], "/missing/{id}");
}

#[test]
fn no_secret_is_in_a_line() {
    for step in ["novavms", "openstack", "proxy"] {
        for format in ["text", "json"] {
            let text = lines(step, "debug", format).join("\n");
            assert!(text.contains("attempt"), "{text}");
            for secret in [TOKEN, PARAM, QUERY, HEADER, BODY, PROXY] {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
        }
    }
}

#[test]
fn an_invalid_value_of_the_variable_is_reported_once() {
    let found = lines("two", "loud", "");
    let [line] = &*found else {
        panic!("one line: {found:#?}");
    };
    let wanted = " WARN reqtrail REQTRAIL_LOG is ignored: `loud` is not a valid value; expected debug, info, warn or off";
    assert!(line.ends_with(wanted), "{line}");
    let found = lines("two", "info", "yaml");
    assert_eq!(
        (count(&found, "WARN"), count(&found, "INFO")),
        (1, 2),
        "{found:#?}"
    );
    let wanted =
        "REQTRAIL_LOG_FORMAT is ignored: `yaml` is not a valid value; expected text or json";
    assert!(found[0].ends_with(wanted), "{found:#?}");
}

#[test]
fn a_standard_error_that_nobody_reads_holds_up_no_call() {
    let (mut reader, mut writer) = std::io::pipe().expect("a pipe");
    // SAFETY: these set flags of a descriptor that is open.
    let set = |flags: i32| unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETFL, flags) };
    assert_eq!(set(libc::O_NONBLOCK), 0);
    let mut room = 0;
    while let Ok(written) = (&mut &writer).write(&[b'.'; 4096]) {
        room += written;
    }
    assert_eq!(set(0), 0);
    writer.flush().expect("a pipe");
    let mut command = command("stuck", &serve(), "info", "");
    let mut child = command
        .stdin(Stdio::piped())
        .stderr(writer)
        .spawn()
        .expect("a process");
    drop(command); // with its end of the pipe
    let told = told(&mut child);
    let called = told.recv_timeout(LONG);
    if called.is_err() {
        let _ = child.kill();
    }
    assert_eq!(called.as_deref(), Ok("called"));
    reader
        .read_exact(&mut vec![0; room])
        .expect("what filled it");
    writeln!(child.stdin.take().expect("a pipe"), "go on").expect("a line");
    assert_eq!(told.recv_timeout(LONG).as_deref(), Ok("ended"));
    assert!(child.wait().expect("an end").success());
    let mut text = String::new();
    reader.read_to_string(&mut text).expect("text");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 3, "{text}");
    // An attempt and a failed call, twenty times.
    assert!(
        lines[0].ends_with(" WARN reqtrail 40 log lines were lost: stderr was not writable"),
        "{text}"
    );
    assert_eq!(
        (count(&lines[1..], "INFO"), count(&lines[1..], "WARN")),
        (1, 1),
        "{text}"
    );
}

#[test]
fn a_standard_error_that_is_gone_ends_no_process() {
    let mut command = command("unread", &serve(), "debug", "");
    let mut child = command
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process");
    drop(child.stderr.take());
    let told = told(&mut child);
    writeln!(child.stdin.take().expect("a pipe"), "go on").expect("a line");
    assert_eq!(told.recv_timeout(LONG).as_deref(), Ok("ended"));
    assert!(child.wait().expect("an end").success());
}

/// Only root can make a program that runs as another user, if the file system allows it.
#[test]
fn a_set_uid_program_ignores_its_callers_environment() {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stderr_log_set_uid");
    // SAFETY: it has no effect.
    if unsafe { libc::geteuid() } != 0 {
        return;
    }
    // In a separate process: a test that starts a process while this one holds the copy open for writing would make it
    // busy.
    let mut copy = Command::new("cp");
    copy.arg(std::env::current_exe().expect("a binary"))
        .arg(&program);
    assert!(copy.status().expect("a process").success());
    chown(&program, Some(65_534), None).expect("another owner");
    for (mode, is_heeded) in [(0o755, true), (0o4755, false)] {
        fs::set_permissions(&program, Permissions::from_mode(mode)).expect("a mode");
        let mut command = Command::new(&program);
        command.args(["--exact", "child", "--ignored"]).envs([
            (STEP, "proxy"),
            (BASE, "http://127.0.0.1:1"),
            (LEVEL, "info"),
        ]);
        let ran = command.output().expect("a process");
        assert!(ran.status.success());
        let has_lines = !ran.stderr.is_empty();
        assert!(has_lines == is_heeded || is_nosuid(&program), "{mode:o}");
    }
    fs::remove_file(&program).expect("its end");
}

/// Whether the file system runs set-uid programs as anybody else.
fn is_nosuid(path: &Path) -> bool {
    let path = CString::new(path.as_os_str().as_bytes()).expect("a path");
    let mut found = MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: the call fills the structure, which is read only if it has done so.
    unsafe {
        libc::statvfs(path.as_ptr(), found.as_mut_ptr()) == 0
            && found.assume_init().f_flag & libc::ST_NOSUID != 0
    }
}
