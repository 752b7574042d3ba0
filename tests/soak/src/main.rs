//! The soak as a program.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use reqtrail_soak::{Options, USAGE, run};

/// How long the program may run after the last call may begin. If it runs longer, something hangs.
const GRACE: Duration = Duration::from_secs(180);

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        return print(USAGE, ExitCode::SUCCESS);
    }
    let options = match Options::from_args(args) {
        Ok(options) => options,
        Err(what) => return print_error(&format!("soak: {what}\n{USAGE}"), 2),
    };
    let bound = options.time + GRACE;
    std::thread::spawn(move || {
        std::thread::sleep(bound);
        print_error("soak: hangs: the run did not end in time\n", 1);
        std::process::exit(1);
    });
    match run(&options) {
        Ok(report) => {
            let status = if report.failed() == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            };
            print(&format!("{report}\n"), status)
        }
        Err(what) => print_error(&format!("soak: cannot run: {what}\n"), 1),
    }
}

fn print(text: &str, status: ExitCode) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => status,
        Err(_) => ExitCode::FAILURE,
    }
}

fn print_error(text: &str, status: u8) -> ExitCode {
    let _ = io::stderr().write_all(text.as_bytes());
    ExitCode::from(status)
}
