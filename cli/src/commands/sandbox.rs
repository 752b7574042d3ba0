//! `sandbox`: a little NovaVMS on loopback.

use std::io::{self, Write};
use std::mem::replace;
use std::thread;

use clap::Args;
use reqtrail_sandbox::{Incident, RateLimit, Sandbox, SandboxOptions, accounts, help};

use crate::arguments::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::interrupt::{Interrupt, Woken};
use crate::terminal::{DIM, ID, STRONG, Terminal};

/// Serve a little NovaVMS on 127.0.0.1, with incidents to choose
///
/// It has cameras, events, users and logins, and fails when it is told to, so
/// that a program can be tried, and its journal read, without a real service.
/// It runs until Ctrl-C.
#[derive(Args, Debug)]
#[command(
    before_help = "\
Example: reqtrail sandbox --port 8123 --incident 'internal_error:times=9'",
    after_help = incidents()
)]
pub(crate) struct Options {
    /// Port to listen on; a free one if it is 0
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// Requests a minute, and at once, that each caller may send
    #[arg(long, value_name = "PER_MINUTE[:BURST]", default_value = "1000:100")]
    rate_limit: RateLimit,
    /// What goes wrong with the next requests; may be given several times
    #[arg(long = "incident", value_name = "INCIDENT")]
    incidents: Vec<Incident>,
    /// End when standard input is closed
    #[arg(long)]
    exit_with_parent: bool,
}

/// How incidents are written, and what can be asked of a sandbox that runs.
fn incidents() -> String {
    format!("{}\n{}", help::INCIDENTS, help::CONTROL.trim_end())
}

pub(crate) fn run(
    asked: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let options = SandboxOptions::default()
        .port(asked.port)
        .rate_limit(asked.rate_limit);
    // Before the server's threads, so that an early Ctrl-C is not lost.
    let interrupt = Interrupt::listen().map_err(cannot)?;
    let sandbox = Sandbox::start(options).map_err(cannot)?;
    for incident in &asked.incidents {
        sandbox.inject(incident.clone());
    }
    if common.json {
        writeln!(environment.output.writer, "{}", sandbox.ready_line())?;
    } else {
        let look = Terminal::of_output(environment, common.utc);
        introduce(&mut environment.output.writer, &sandbox, &look)?;
    }
    environment.output.writer.flush()?;
    if asked.exit_with_parent {
        let mut input = replace(&mut environment.input, Box::new(io::empty()));
        let waker = interrupt.waker();
        // A parent that ends, however it ends, closes its end of the pipe.
        thread::spawn(move || {
            let _ = io::copy(&mut input, &mut io::sink());
            waker.wake();
        });
    } else if !common.json {
        environment.say("the sandbox runs until Ctrl-C");
    }
    let woken = interrupt.wait().map_err(cannot)?;
    // Stops the server, and closes its connections.
    drop(sandbox);
    Ok(match woken {
        Woken::Interrupted => Exit::Interrupted,
        Woken::Otherwise => Exit::Ok,
    })
}

fn cannot(error: io::Error) -> Failure {
    Failure::usage(format!("sandbox: {error}"))
}

/// Says where the sandbox is, whom it knows, and what to try.
fn introduce(out: &mut dyn Write, sandbox: &Sandbox, look: &Terminal) -> io::Result<()> {
    let base = sandbox.base_url();
    let login = format!("{} / {}", accounts::EMAIL, accounts::PASSWORD);
    for (label, value) in [
        ("base URL", base.as_str()),
        ("token", sandbox.token()),
        ("operator", accounts::OPERATOR_KEY),
        ("viewer", accounts::VIEWER_KEY),
        ("login", &login),
    ] {
        writeln!(
            out,
            "{:<10}{}",
            look.paint(DIM, label),
            look.paint(ID, value)
        )?;
    }
    writeln!(out, "\n{}", look.paint(STRONG, "Send a request:"))?;
    writeln!(
        out,
        "  curl --include --header 'Authorization: Bearer {}' {base}/cameras",
        sandbox.token()
    )?;
    writeln!(out, "\n{}", look.paint(STRONG, "Let the next one fail:"))?;
    writeln!(
        out,
        "  curl --data '\"internal_error\"' {}/incidents",
        sandbox.control_url()
    )
}
