//! `find`, `list`, `status` and `tail` on a terminal: local times, colours, and columns that fit.

use std::io::Write as _;
use std::process::Command;

use crate::common::journal::{Attempt, Call, Folder, Open, Process};
use crate::program::{InTerminal, golden, on_screen, reqtrail};

fn folder() -> (Folder, Process) {
    let folder = Folder::new();
    let mut shop = folder.process("shop", "web-1", 4242, "2026-11-26T13:00:00Z");
    shop.call(
        &Call::new(
            1,
            "POST",
            "/cameras/{id}/trigger",
            "2026-11-26T14:05:00.000Z",
        )
        .attempt(
            Attempt::status(429)
                .id("req_01M8C2S1A2AAAAAAAAAAAAAAA2")
                .code("rate_limited"),
        )
        .attempt(
            Attempt::status(500)
                .id("req_01M8C2S290AAAAAAAAAAAAAAA3")
                .code("internal_error"),
        )
        .fails("api", "unsafe_to_retry"),
    );
    shop.call(
        &Call::new(2, "GET", "/cameras", "2026-11-26T14:06:00.000Z")
            .attempt(Attempt::status(200))
            .took(1_900),
    );
    shop.fill_slot(
        0,
        &Open::new(9, "POST", "/orders", "2026-11-26T14:07:00.000000Z"),
    );
    (folder, shop)
}

fn command(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = reqtrail(arguments);
    command
        .env("REQTRAIL_JOURNAL", folder.path())
        .env("TERM", "xterm");
    command
}

/// Returns what a terminal of this width shows, with FOLDER instead of the folder's path.
fn screen(folder: &Folder, arguments: &[&str], columns: u16) -> String {
    let (screen, code) = on_screen(&mut command(folder, arguments), columns);
    assert_eq!(code, Some(0), "{screen}");
    screen.replace(&folder.path().display().to_string(), "FOLDER")
}

#[test]
fn a_terminal_shows_local_times_and_colours() {
    let (folder, _shop) = folder();
    golden("list-terminal", &screen(&folder, &["list"], 160));
    golden(
        "list-terminal-utc",
        &screen(&folder, &["list", "--utc", "--failed"], 160),
    );
    golden(
        "find-terminal",
        &screen(&folder, &["find", "req_01M8C2S29"], 100),
    );
    golden("status-terminal", &screen(&folder, &["status"], 160));
}

#[test]
fn rows_fit_a_narrow_terminal() {
    let (folder, _shop) = folder();
    for arguments in [&["list"][..], &["status"]] {
        let mut command = command(&folder, arguments);
        let (screen, _) = on_screen(command.env("NO_COLOR", "1"), 72);
        for line in screen.lines() {
            assert!(line.chars().count() <= 72, "{arguments:?}: {line}");
        }
    }
}

#[test]
fn ctrl_c_ends_a_tail_with_130() {
    let (folder, mut shop) = folder();
    let _life = shop.live();
    let mut terminal = InTerminal::start(&mut command(&folder, &["tail", "-f"]), 160);
    terminal.until("GET /cameras");
    shop.call(
        &Call::new(5, "GET", "/later", "2026-11-26T14:08:00.000Z")
            .attempt(Attempt::status(503))
            .fails("api", "attempts_exhausted"),
    );
    terminal.until("/later");
    terminal.keyboard.write_all(b"\x03").expect("typed");
    let (_, code) = terminal.end();
    assert_eq!(code, Some(130));
}
