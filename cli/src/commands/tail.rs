//! `tail`: the newest calls, and those to come.

use std::io::Write as _;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use clap::Args;

use super::filters::{Filters, count};
use crate::arguments::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::journal::{Folder, Found};
use crate::rows::CallTable;
use crate::terminal::Terminal;

/// How long it takes at most until a call is shown.
const POLL: Duration = Duration::from_millis(200);

/// Show the newest calls, and with -f those to come
///
/// It reads the journals of all processes, also of those that begin later. A
/// call is shown when it ends, or when its process is gone before it has an
/// answer.
#[derive(Args, Debug)]
#[command(
    before_help = "\
Example: reqtrail tail -f --failed
         reqtrail tail -f --json | jq -r .id",
    after_help = "\
Times are read in the zone in which they are printed: local on a terminal, UTC
off it and with --utc."
)]
pub(crate) struct Options {
    /// Go on until Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// How many calls to begin with
    #[arg(short = 'n', long, value_name = "N", value_parser = count, allow_negative_numbers = true, default_value_t = 10)]
    last: usize,
    #[command(flatten)]
    filters: Filters,
}

pub(crate) fn run(
    asked: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let folder = Folder::of(common, environment)?;
    let look = Terminal::of_output(environment, common.utc);
    let filter = asked.filters.filter(&look)?;
    // Before anything is shown, so that an early Ctrl-C is not lost.
    let interrupt = asked.follow.then(Interrupt::listen).transpose();
    let interrupt = interrupt.map_err(|error| Failure::usage(format!("SIGINT: {error}")))?;
    let (newest, mut follow) = folder.follow(&filter, asked.last)?;
    let mut table = CallTable::new(&look);
    let mut show = |calls: &[Found], environment: &mut Environment| {
        let out = &mut environment.output.writer;
        match common.json {
            true => {
                let mut lines = calls.iter().map(Found::list_json);
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

/// Does something again and again, until Ctrl-C, or until nobody reads what it writes.
fn until_interrupted(
    interrupt: &Interrupt,
    mut each: impl FnMut() -> Result<(), Failure>,
) -> Result<Exit, Failure> {
    thread::scope(|scope| {
        let (sender, heard) = mpsc::channel();
        scope.spawn(move || {
            let woken = interrupt.wait();
            // The other end has gone where this is of no more interest.
            let _ = sender.send(woken);
        });
        let done = loop {
            match each() {
                Ok(()) if output_is_closed() => break Ok(Exit::Ok),
                Ok(()) => {}
                Err(why) => break Err(why),
            }
            if !matches!(heard.recv_timeout(POLL), Err(RecvTimeoutError::Timeout)) {
                break Ok(Exit::Interrupted);
            }
        };
        interrupt.waker().wake();
        done
    })
}

/// Returns whether the reader of standard output is gone, which otherwise shows at the next write alone: in `tail -f | head`
/// that may never come.
fn output_is_closed() -> bool {
    #[cfg(unix)]
    {
        use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
        use std::os::fd::AsFd as _;

        let output = std::io::stdout();
        let mut asked = [PollFd::new(output.as_fd(), PollFlags::empty())];
        let gone = PollFlags::POLLERR | PollFlags::POLLNVAL;
        poll(&mut asked, PollTimeout::ZERO).is_ok()
            && asked[0].revents().is_some_and(|seen| seen.intersects(gone))
    }
    #[cfg(not(unix))]
    false
}
