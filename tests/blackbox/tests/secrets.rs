//! A journal, a recorder, a log and the command must not show secrets of calls.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use reqtrail_blackbox::{Folder, Schemas, canaries_in, reqtrail_text};
use serde_json::{Value, json};

/// The number of secrets.
const SECRETS: usize = 23;
/// The secrets that no server gets, because the URLs with them are refused.
const UNSENT: [usize; 2] = [18, 19];
/// The secrets that the server makes.
const SERVERS: [usize; 2] = [15, 20];

type Seen = Arc<Mutex<BTreeSet<usize>>>;

/// Starts a server that repeats the credentials and the body of a request wherever it can.
fn serve() -> (String, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let seen = Seen::default();
    let sees = Arc::clone(&seen);
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let sees = Arc::clone(&sees);
            // A client that closes its connection ends only that connection.
            thread::spawn(move || answer(socket, &sees));
        }
    });
    (base, seen)
}

/// Responds to one request as its path says, and closes the connection.
fn answer(mut socket: TcpStream, seen: &Seen) -> std::io::Result<()> {
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
    let content = String::from_utf8_lossy(&content).into_owned();
    let all = format!("{head}{content}");
    let mut sees = seen.lock().expect("no panic");
    sees.extend(canaries_in(all.as_bytes(), SECRETS));
    drop(sees);
    let is = |path: &str| head.lines().next().is_some_and(|line| line.contains(path));
    // The credentials of the client.
    let credential = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        ["authorization", "x-acme", "x-auth-token"]
            .contains(&name)
            .then_some(value)
    });
    let credential = credential.unwrap_or("nobody").trim();
    let (status, extra) = if is("/ok") {
        ("200 OK", String::new())
    } else if is("/renew") {
        ("401 Unauthorized", String::new())
    } else if is("/busy") {
        ("503 Unavailable", "retry-after: 0\r\n".to_owned())
    } else if is("/drop") {
        return Ok(());
    } else if is("/never") {
        // Until the client closes the connection.
        let _ = reader.read(&mut [0])?;
        return Ok(());
    } else if is("/moved") {
        let to = format!("/refused/moved?token={}", encoded(15));
        ("307 Temporary Redirect", format!("location: {to}\r\n"))
    } else if is("/away") {
        let to = format!(
            "http://user:{}@127.0.0.1:1/?token={}",
            encoded(15),
            encoded(15)
        );
        ("302 Found", format!("location: {to}\r\n"))
    } else if is("/named") {
        let id = format!(
            "x-request-id: req_{credential}\r\nx-openstack-request-id: req-{credential}\r\n"
        );
        ("404 Not Found", id)
    } else {
        ("400 Bad Request", String::new())
    };
    let body = json!({
        "error": "validation_failed",
        "code": "validation_failed",
        "message": format!("{credential} said: {all}"),
        "fields": { "password": content },
    })
    .to_string();
    let length = body.len() + if is("/cut") { 10 } else { 0 };
    write!(
        socket,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{extra}set-cookie: session={}\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}",
        encoded(20)
    )
}

/// Encodes the secret as in a URL and a cookie.
fn encoded(number: usize) -> String {
    let secret = reqtrail_blackbox::canary(number);
    secret
        .replace('/', "%2F")
        .replace('+', "%2B")
        .replace('=', "%3D")
        .replace('"', "%22")
}

fn has_none(what: &str, bytes: &[u8]) {
    let found = canaries_in(bytes, SECRETS);
    assert!(
        found.is_empty(),
        "{what} has the secrets {found:?}: {}",
        String::from_utf8_lossy(bytes)
    );
}

fn shows_no_secret(format: &str) {
    let (base, seen) = serve();
    let folder = Folder::new("secrets").expect("a folder");
    let mut program = Command::new(env!("CARGO_BIN_EXE_secrets"))
        .arg(base)
        .env("REQTRAIL_JOURNAL", folder.path())
        .env("REQTRAIL_LOG", "debug")
        .env("REQTRAIL_LOG_FORMAT", format)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a program");
    let mut errors = program.stderr.take().expect("its errors");
    let errors = thread::spawn(move || {
        let mut text = Vec::new();
        errors.read_to_end(&mut text).map(|_| text)
    });
    let mut output = BufReader::new(program.stdout.take().expect("its output"));
    let schemas = Schemas::new().expect("schemas");
    let mut kept = 0;
    loop {
        let mut line = String::new();
        let is_there = output.read_line(&mut line).expect("text") > 0;
        if !is_there {
            let errors = errors.join().expect("no panic").expect("text");
            panic!("it ended early: {}", String::from_utf8_lossy(&errors));
        }
        if line == "\n" {
            break;
        }
        has_none("what it prints", line.as_bytes());
        if line.starts_with("{\"@timestamp\"") {
            schemas.check_line(line.as_bytes()).expect("a line");
            kept += 1;
        }
    }
    program.kill().expect("SIGKILL");
    program.wait().expect("its end");
    let errors = errors.join().expect("no panic").expect("text");
    assert!(errors.split(|byte| *byte == b'\n').count() > 100, "no log");
    for line in errors.split(|byte| *byte == b'\n') {
        has_none("the log", line);
    }
    // The server got all secrets that it should get.
    let expected: Vec<_> = (1..=SECRETS)
        .filter(|number| !UNSENT.contains(number) && *number != SERVERS[1])
        .collect();
    let seen: Vec<_> = seen.lock().expect("no panic").iter().copied().collect();
    assert_eq!(seen, expected);

    let mut count = 0;
    for entry in fs::read_dir(folder.path()).expect("the folder") {
        let path = entry.expect("an entry").path();
        let bytes = fs::read(&path).expect("a file");
        for line in bytes.split(|byte| *byte == b'\n') {
            has_none(&path.to_string_lossy(), line);
        }
        count += 1;
    }
    assert!(count >= 2, "a segment and a table");
    let written = schemas.check_folder(folder.path(), false).expect("lines");
    assert!(written > 80 && kept > 80, "{written} lines, {kept} kept");

    let ran = |words: &[&str]| {
        let said = reqtrail_text(folder.path(), words);
        has_none(&words.join(" "), said.output.as_bytes());
        has_none(&words.join(" "), said.errors.as_bytes());
        said
    };
    for words in [
        &["list"][..],
        &["list", "--failed"],
        &["tail"],
        &["status"],
        &["codes"],
    ] {
        assert!(ran(words).output.lines().count() > 1, "{words:?}");
        for line in ran(&[words, &["--json"]].concat()).lines {
            schemas
                .check_printed(&line)
                .unwrap_or_else(|why| panic!("{words:?}: {why}"));
        }
    }
    let calls = ran(&["list", "--json"]).lines;
    assert_eq!(calls.len() as u64, written + 1);
    for call in calls {
        let id = |known: &str| call[known]["call_id"].as_str().map(str::to_owned);
        let id = id("trail").or_else(|| id("opened")).expect("an ID");
        for how in [&[][..], &["--json"], &["--text"], &["--curl"]] {
            let said = ran(&[&["report", &id], how].concat());
            let is_open = call["trail"] == Value::Null;
            assert!(
                !said.output.is_empty() || (is_open && how == ["--curl"]),
                "{id} {how:?}: {}",
                said.errors
            );
        }
        for line in ran(&["find", &id, "--json"]).lines {
            schemas.check_printed(&line).expect("what it prints");
        }
        assert!(!ran(&["find", &id]).output.is_empty());
    }
}

#[test]
fn nothing_shows_a_secret() {
    shows_no_secret("text");
}

#[test]
fn nothing_in_json_shows_a_secret() {
    shows_no_secret("json");
}
