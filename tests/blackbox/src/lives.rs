//! A program that executes the orders on its standard input, one per line, and answers each with a line: the IDs of its calls,
//! or the statistics of its journal.
//!
//! `lives BASE_URL TOKEN`, with the journal of `REQTRAIL_JOURNAL`. It ends, with the processes that it started, when its input
//! is closed.

use std::error::Error;
use std::fs::File;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::unistd::{ForkResult, Gid, Uid, fork, setgid, setgroups, setuid};
use reqtrail::JournalSync;
use reqtrail::blocking::Client;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let [base_url, token, rest @ ..] = words.as_slice() else {
        return Err("usage: lives BASE_URL TOKEN".into());
    };
    let builder = || {
        reqtrail::Client::novavms(base_url)
            .token(token.as_str())
            .max_attempts(1)
            .timeout(Duration::from_secs(600))
            // By default, a write of over 50 ms passes the records to a thread, which may happen on a slow machine.
            .journal_sync(JournalSync::Always)
    };
    let client = builder().build_blocking()?;
    if rest == ["child"] {
        return child(&client);
    }
    let mut others = Vec::new();
    let mut line = String::new();
    // Not `lines()`, which holds the lock of the input, also in a fork.
    while io::stdin().read_line(&mut line)? > 0 {
        let asked = std::mem::take(&mut line);
        let line = asked.trim_end();
        let (what, how) = line.split_once(' ').unwrap_or((line, ""));
        match what {
            "fail" => say(&[&fail(&client)?])?,
            // Several calls, without their IDs.
            "fails" => {
                for _ in 0..how.parse()? {
                    fail(&client)?;
                }
                say(&["done"])?;
            }
            "succeed" => {
                let events: Value = client.get("/events").send()?.json()?;
                let id = events["data"][0]["id"].as_str().unwrap_or_default();
                let answer = client
                    .patch("/events/{id}")
                    .param("id", id)
                    .json(&json!({ "acknowledged": true }))
                    .send()?;
                say(&[&answer.trail().call_id().to_string()])?;
            }
            "open" => say(&[&open(&client)?])?,
            // SAFETY: the child uses only the client, which supports forks, and safe functions of the standard library.
            "fork" => match unsafe { fork() }? {
                ForkResult::Parent { .. } => {}
                ForkResult::Child => {
                    let _ = child(&client);
                    // SAFETY: `_exit` ends the child without the exit handlers of the parent.
                    unsafe { nix::libc::_exit(0) };
                }
            },
            "exec" => {
                let mut command = Command::new(std::env::current_exe()?);
                command.args([base_url, token, "child"]);
                // It ends with the input. Nobody waits for it.
                drop(command.stdin(Stdio::inherit()).spawn()?);
            }
            "another" => {
                let another = builder().journal(how).build_blocking()?;
                say(&[&fail(&another)?])?;
                others.push(another);
            }
            "fill" => {
                let mut file = File::create(how)?;
                while file.write_all(&[b'x'; 4096]).is_ok() {}
                say(&["full"])?;
            }
            "remove" => {
                std::fs::remove_file(how)?;
                say(&["done"])?;
            }
            "nobody" => {
                setgroups(&[])?;
                setgid(Gid::from_raw(65_534))?;
                setuid(Uid::from_raw(65_534))?;
                say(&["done"])?;
            }
            "stats" => {
                let stats = client.recorder().stats().journal.ok_or("no journal")?;
                say(&[&stats.records.to_string(), &stats.lost.to_string()])?;
            }
            _ => return Err(format!("`{line}` is not an order").into()),
        }
    }
    Ok(())
}

/// The work of a child: a call that fails, and one that never gets a response. It runs until the input ends.
fn child(client: &Client) -> Result<(), Box<dyn Error>> {
    let pid = std::process::id().to_string();
    say(&[&pid, &fail(client)?, &open(client)?])?;
    for line in io::stdin().lines() {
        drop(line?);
    }
    Ok(())
}

/// Makes a call that fails, and returns its ID.
fn fail(client: &Client) -> Result<String, Box<dyn Error>> {
    match client.get("/cameras/{id}").param("id", "nobody").send() {
        Ok(_) => Err("there is such a camera".into()),
        Err(error) => Ok(error.trail().ok_or("no trail")?.call_id().to_string()),
    }
}

/// Makes a call that gets no response, and returns its ID when its request may have left.
fn open(client: &Client) -> Result<String, Box<dyn Error>> {
    let asks = client.clone();
    let asked = std::thread::spawn(move || {
        let _ = asks.post("/cameras/{id}/trigger").param("id", "7").send();
    });
    loop {
        let calls = client.recorder().in_flight();
        let sent = calls
            .iter()
            .find(|call| call.method == "POST" && call.may_have_been_sent);
        match sent {
            Some(call) => return Ok(call.call_id.clone()),
            None if asked.is_finished() => return Err("it is answered".into()),
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    }
}

fn say(words: &[&str]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", words.join(" "))?;
    out.flush()
}
