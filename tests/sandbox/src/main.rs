//! The sandbox as a program, for examples and tests in other languages.

mod options;

use std::io::{self, Write};
use std::process::ExitCode;

use reqtrail_sandbox::{Sandbox, help};

use crate::options::{Command, Options, USAGE};

/// The exit status for invalid options.
const USAGE_ERROR: u8 = 2;

fn main() -> ExitCode {
    let done = match options::parse(std::env::args().skip(1)) {
        Ok(Command::Help) => write!(
            io::stdout(),
            "{USAGE}\n{}\n{}",
            help::INCIDENTS,
            help::CONTROL
        ),
        Ok(Command::Version) => writeln!(io::stdout(), "{}", env!("CARGO_PKG_VERSION")),
        Ok(Command::Serve(options)) => serve(options),
        Err(why) => {
            print_error(&format!("{why}\nTry --help."));
            return ExitCode::from(USAGE_ERROR);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn serve(options: Options) -> io::Result<()> {
    let sandbox = Sandbox::start(options.sandbox)?;
    options
        .incidents
        .into_iter()
        .for_each(|incident| sandbox.inject(incident));
    let mut stdout = io::stdout();
    writeln!(stdout, "{}", sandbox.ready_line())?;
    stdout.flush()?;
    if options.exit_with_parent {
        // A parent that ends closes its end of the pipe, even if it is killed.
        io::copy(&mut io::stdin(), &mut io::sink())?;
        return Ok(());
    }
    loop {
        std::thread::park();
    }
}

fn print_error(message: &str) {
    // If standard error is closed, nobody reads the message.
    let _ = writeln!(io::stderr(), "reqtrail-sandbox: {message}");
}
