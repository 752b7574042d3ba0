//! `tail`: shows the newest calls, and with `-f` the calls that end later.

use std::io::Write as _;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use clap::Args;

use super::filters::{Filters, count};
use crate::call_table::CallTable;
use crate::common::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::journal::{Folder, JournalCall};
use crate::terminal::Terminal;

/// The time between two looks at the folder.
const POLL: Duration = Duration::from_millis(200);

/// Show the newest calls, and with -f those that end later
///
/// It reads the journals of all processes, including those that start later. It
/// shows a call when the call ends, or when its process ends before the call has
/// a response.
#[derive(Args, Debug)]
#[command(
    before_help = "\
Example: reqtrail tail -f --failed
         reqtrail tail -f --json | jq -r .id",
    after_help = "\
Times are read in the zone in which they are printed: local on a terminal, UTC
elsewhere and with --utc."
)]
pub(crate) struct Options {
    /// Continue until Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// How many of the newest calls to show first
    #[arg(short = 'n', long, value_name = "N", value_parser = count, allow_negative_numbers = true, default_value_t = 10)]
    last: usize,
    #[command(flatten)]
    filters: Filters,
}

pub(crate) fn run(
    options: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let folder = Folder::of(common, environment)?;
    let terminal = Terminal::of_output(environment, common.utc);
    let filter = options.filters.filter(&terminal)?;
    // Before the first output, so that an early Ctrl-C is not lost.
    let interrupt = options.follow.then(Interrupt::listen).transpose();
    let interrupt = interrupt.map_err(|error| Failure::usage(format!("SIGINT: {error}")))?;
    let (newest, mut follow) = folder.follow(&filter, options.last)?;
    let mut table = CallTable::new(&terminal);
    let mut show = |calls: &[JournalCall], environment: &mut Environment| {
        let out = &mut environment.output.writer;
        match common.json {
            true => {
                let mut lines = calls.iter().map(JournalCall::list_json);
                lines.try_for_each(|line| writeln!(out, "{line}"))?;
            }
            false => table.write(out, calls)?,
        }
        out.flush()
    };
    show(&newest, environment)?;
    folder.say_skipped(environment);
    let Some(interrupt) = interrupt else {
        return Ok(Exit::Ok);
    };
    until_interrupted(&interrupt, || {
        let news = follow.news();
        if !news.is_empty() {
            show(&news, environment)?;
        }
        folder.say_skipped(environment);
        Ok(())
    })
}

/// Repeats `each` until Ctrl-C, or until standard output has no reader.
fn until_interrupted(
    interrupt: &Interrupt,
    mut each: impl FnMut() -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        scope.spawn(move || {
            let woken = interrupt.wait();
            // The receiver is gone if the loop has ended for another reason.
            let _ = sender.send(woken);
        });
        let done = loop {
            match each() {
                Ok(()) if output_is_closed() => break Ok(Exit::Ok),
                Ok(()) => {}
                Err(why) => break Err(why),
            }
            if !matches!(receiver.recv_timeout(POLL), Err(RecvTimeoutError::Timeout)) {
                break Ok(Exit::Interrupted);
            }
        };
        interrupt.waker().wake();
        done
    })
}

/// Returns whether the reader of standard output is gone. A write would show that too, but in `tail -f | head` there may never
/// be another write.
fn output_is_closed() -> bool {
    #[cfg(unix)]
    {
        use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
        use std::os::fd::AsFd as _;

        let output = std::io::stdout();
        let mut polled = [PollFd::new(output.as_fd(), PollFlags::empty())];
        let gone = PollFlags::POLLERR | PollFlags::POLLNVAL;
        poll(&mut polled, PollTimeout::ZERO).is_ok()
            && polled[0]
                .revents()
                .is_some_and(|seen| seen.intersects(gone))
    }
    #[cfg(not(unix))]
    false
}
