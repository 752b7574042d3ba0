//! What subcommands need of an OpenStack cloud: sign-in, clients of its services, and Ctrl-C while they wait.

use std::io::Write as _;
use std::sync::mpsc::{self, Sender};
use std::thread;

use clap::Args;
use reqtrail::openstack::{Cloud, Connection, ServiceOptions};
use reqtrail::{CancelToken, Category, Error, ErrorKind, blocking};

use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::interrupt::{Interrupt, Woken};
use crate::terminal::Terminal;

/// What help says about the source of the credential.
pub(crate) const SIGN_IN: &str = "\
The command signs in with clouds.yaml, OS_CLOUD and the other OS_* variables.
It never takes a password from the command line.";

/// Which cloud the command calls.
#[derive(Args, Clone, Debug)]
pub(crate) struct CloudOptions {
    /// Cloud of clouds.yaml [default: OS_CLOUD, then the OS_* variables]
    #[arg(long, value_name = "NAME")]
    cloud: Option<String>,
    /// Region of the cloud [default: the one that its configuration names]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
}

impl CloudOptions {
    /// Signs in to the cloud. The calls stay out of the user's journal, which is about the user's programs.
    pub(crate) fn connect(&self, cancel: &CancelToken) -> Result<Connection, Error> {
        let cloud = Cloud::find(self.cloud.as_deref(), self.region.as_deref())?;
        cloud.off_the_record().connect_hosted(cancel, None)
    }
}

/// Returns a client of a service.
pub(crate) fn client(
    connection: &Connection,
    service: &str,
    cancel: &CancelToken,
) -> Result<blocking::Client, Error> {
    let found = connection.service_hosted(service, &ServiceOptions::new(), cancel, None)?;
    found.begin()?.build_blocking()
}

/// Runs `work`, which waits for a cloud, and shows the lines that it sends.
///
/// Ctrl-C cancels the token. Each line replaces the one before it on standard error; only a terminal gets them.
pub(crate) fn run_cancellable<T: Send>(
    environment: &mut Environment,
    work: impl FnOnce(&CancelToken, Sender<String>) -> T + Send,
) -> Result<T, Failure> {
    let interrupt =
        Interrupt::listen().map_err(|error| Failure::usage(format!("SIGINT: {error}")))?;
    let cancel = CancelToken::new();
    let terminal = Terminal::of_errors(environment, true);
    let is_shown =
        environment.errors.is_terminal && environment.variable("TERM").as_deref() != Some("dumb");
    let out = &mut environment.errors.writer;
    let done = thread::scope(|scope| {
        let (sender, lines) = mpsc::channel::<String>();
        scope.spawn(|| {
            if let Ok(Woken::Interrupted) = interrupt.wait() {
                cancel.cancel();
            }
        });
        let worker = scope.spawn(|| work(&cancel, sender));
        let mut is_dirty = false;
        // The loop ends when `work` drops the sender.
        for line in lines {
            if is_shown {
                let width = terminal.prose_width().saturating_sub(1);
                let line: String = line.chars().take(width).collect();
                // If standard error is closed, nobody reads the line.
                let _ = write!(out, "\r{line}\u{1b}[K").and_then(|()| out.flush());
                is_dirty = true;
            }
        }
        let done = worker.join();
        if is_dirty {
            let _ = write!(out, "\r\u{1b}[K").and_then(|()| out.flush());
        }
        interrupt.waker().wake();
        done
    });
    Ok(done.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
}

/// Returns how the command ends after a call failed with this error.
pub(crate) fn exit(error: &Error) -> Exit {
    match (error.kind(), error.category()) {
        (ErrorKind::Cancelled, _) => Exit::Interrupted,
        (ErrorKind::Config | ErrorKind::InvalidRequest, _) => Exit::Usage,
        _ if is_ambiguous(error) => Exit::Usage,
        (_, Some(Category::Authentication)) => Exit::Authentication,
        (_, Some(Category::NotFound)) => Exit::NotFound,
        (ErrorKind::Api, _) => Exit::Refused,
        _ => Exit::NoAnswer,
    }
}

/// Returns whether several resources have the name. Such an error has no status, because the services answered with a
/// success; what a service calls invalid has one.
fn is_ambiguous(error: &Error) -> bool {
    error.is_api() && error.category() == Some(Category::Invalid) && error.status().is_none()
}

/// Makes the failure for an error of a call: `message`, the request ID, and what to do next.
pub(crate) fn failure(error: &Error, message: &str) -> Failure {
    failure_within(error, message, None)
}

/// Makes the same failure. `limit` is the option with which the user limited the time.
pub(crate) fn failure_within(error: &Error, message: &str, limit: Option<&str>) -> Failure {
    let exit = exit(error);
    let mut text = message.to_owned();
    let id = error.request_id().map(|id| id.as_str());
    if let Some(id) = id.filter(|id| !message.contains(id)) {
        text.push_str(&format!(" (request ID {id})"));
    }
    let next = match exit {
        Exit::Authentication => {
            "Check the credential of the cloud: the `auth` of its entry in clouds.yaml, or the OS_* variables."
        }
        Exit::NotFound => {
            "Check the name or ID, the region and the project: a resource of another project is hidden."
        }
        Exit::NoAnswer => &match limit.filter(|_| error.is_timeout()) {
            Some(limit) => {
                format!("Check the cloud's URLs and the network, or allow a longer {limit}.")
            }
            None => "Check the cloud's URLs and the network, and try again.".to_owned(),
        },
        Exit::Usage if is_ambiguous(error) => "Use one of these IDs instead of the name.",
        Exit::Refused if id.is_some() => {
            "If the message does not say what to change, give the operator the request ID."
        }
        _ => "",
    };
    if !next.is_empty() {
        text.push_str(&format!("\n{next}"));
    }
    Failure::Message(text, exit)
}
