//! `sandbox`: serves a small NovaVMS on loopback.

use std::io::{self, Write};
use std::mem::replace;
use std::thread;

use clap::Args;
use reqtrail_sandbox::{Incident, RateLimit, Sandbox, SandboxOptions, accounts, help};

use crate::common::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::interrupt::{Interrupt, Woken};
use crate::terminal::{DIM, ID, STRONG, Terminal};

/// Serve a small NovaVMS on 127.0.0.1, with incidents on demand
///
/// It has cameras, events, users and logins, and fails on demand, so that you
/// can try a program and its journal without a real service. It runs until
/// Ctrl-C.
#[derive(Args, Debug)]
#[command(
    before_help = "\
Example: reqtrail sandbox --port 8123 --incident 'internal_error:times=9'",
    after_help = incidents()
)]
pub(crate) struct Options {
    /// Port to listen on; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// Requests per minute, and in one burst, that each caller may send
    #[arg(long, value_name = "PER_MINUTE[:BURST]", default_value = "1000:100")]
    rate_limit: RateLimit,
    /// What goes wrong with the next requests; can be repeated
    #[arg(long = "incident", value_name = "INCIDENT")]
    incidents: Vec<Incident>,
    /// End when standard input is closed
    #[arg(long)]
    exit_with_parent: bool,
}

/// Returns the help on the syntax of incidents, and on the control API of a running sandbox.
fn incidents() -> String {
    format!("{}\n{}", help::INCIDENTS, help::CONTROL.trim_end())
}

pub(crate) fn run(
    options: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let sandbox_options = SandboxOptions::default()
        .port(options.port)
        .rate_limit(options.rate_limit);
    // Before the server's threads start, so that an early Ctrl-C is not lost.
    let interrupt = Interrupt::listen().map_err(failed)?;
    let sandbox = Sandbox::start(sandbox_options).map_err(failed)?;
    for incident in &options.incidents {
        sandbox.inject(incident.clone());
    }
    if common.json {
        writeln!(environment.output.writer, "{}", sandbox.ready_line())?;
    } else {
        let terminal = Terminal::of_output(environment, common.utc);
        introduce(&mut environment.output.writer, &sandbox, &terminal)?;
    }
    environment.output.writer.flush()?;
    if options.exit_with_parent {
        let mut input = replace(&mut environment.input, Box::new(io::empty()));
        let waker = interrupt.waker();
        // A parent that ends closes its end of the pipe, even if it is killed.
        thread::spawn(move || {
            let _ = io::copy(&mut input, &mut io::sink());
            waker.wake();
        });
    } else if !common.json {
        environment.say("the sandbox runs until Ctrl-C");
    }
    let woken = interrupt.wait().map_err(failed)?;
    // Stops the server and closes its connections.
    drop(sandbox);
    Ok(match woken {
        Woken::Interrupted => Exit::Interrupted,
        Woken::ByWaker => Exit::Ok,
    })
}

fn failed(error: io::Error) -> Failure {
    Failure::usage(format!("sandbox: {error}"))
}

/// Writes the sandbox's URL, its credentials, and two commands to try.
fn introduce(out: &mut dyn Write, sandbox: &Sandbox, terminal: &Terminal) -> io::Result<()> {
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
            terminal.paint(DIM, label),
            terminal.paint(ID, value)
        )?;
    }
    writeln!(out, "\n{}", terminal.paint(STRONG, "Send a request:"))?;
    writeln!(
        out,
        "  curl --include --header 'Authorization: Bearer {}' {base}/cameras",
        sandbox.token()
    )?;
    writeln!(
        out,
        "\n{}",
        terminal.paint(STRONG, "Make the next request fail:")
    )?;
    writeln!(
        out,
        "  curl --data '\"internal_error\"' {}/incidents",
        sandbox.control_url()
    )
}
