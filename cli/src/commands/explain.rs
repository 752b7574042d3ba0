//! `explain`: what happened to a resource of an OpenStack cloud, over all its services, and why.

use std::io::Write as _;
use std::time::Duration;

use clap::Args;

use crate::cloud::{self, CloudOptions};
use crate::common::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::terminal::{one_line, one_line_json};
use crate::time::limit;

/// Say what happened to a resource of an OpenStack cloud, and why
///
/// It reads what the services of the cloud know: the actions and the fault of a
/// server, its volumes and ports, the messages about a volume or a snapshot,
/// the tasks of an image. The first lines say why it failed and which request
/// IDs to give to the operator.
///
/// WHAT is a UUID, an exact name or a request ID (req-...). If several resources
/// have the name, put the kind in front (server/NAME, volume/NAME, snapshot/NAME
/// or image/NAME), or use the ID.
#[derive(Args, Debug)]
#[command(
    before_help = "\
Example: reqtrail explain web-1
         reqtrail explain volume/data --cloud prod
         reqtrail explain req-05c51f8b-20ea-4e85-ad74-6e3014f027f4",
    after_help = format!("\
{}

The exit code is 1 if anything that was read says that it failed, 2 if several
resources have the name, and 5 if no service has it.", cloud::SIGN_IN)
)]
pub(crate) struct Options {
    /// UUID, name or request ID; the kind and a slash may precede it
    #[arg(value_name = "WHAT")]
    what: String,
    /// How many actions, messages and tasks to show of each resource
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    last: u32,
    /// How long to read after the sign-in [default: no limit]
    #[arg(long, value_name = "TIME", value_parser = limit)]
    timeout: Option<Duration>,
    #[command(flatten)]
    cloud: CloudOptions,
}

pub(crate) fn run(
    options: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let explained = cloud::run_cancellable(environment, |cancel, progress| {
        // The receiver lives as long as this function runs.
        let _ = progress.send("signing in".to_owned());
        let connection = options.cloud.connect(cancel);
        let connection = connection.map_err(|error| cloud::failure(&error, &error.to_string()))?;
        let _ = progress.send(format!("reading about {}", one_line(&options.what)));
        let mut explanation = connection
            .explain(&options.what)
            .limit(options.last as usize)
            .cancel_token(cancel);
        if let Some(timeout) = options.timeout {
            explanation = explanation.timeout(timeout);
        }
        let explained = explanation.send_blocking();
        explained.map_err(|failed| {
            let limit = options.timeout.map(|_| "--timeout");
            cloud::failure_within(&failed.error, &failed.to_string(), limit)
        })
    })?;
    let story = explained?;
    let out = &mut environment.output.writer;
    match common.json {
        true => writeln!(out, "{}", one_line_json(&story.to_json()))?,
        false => writeln!(out, "{}", story.report().trim_end())?,
    }
    Ok(match story.failure {
        Some(_) => Exit::Refused,
        None => Exit::Ok,
    })
}
