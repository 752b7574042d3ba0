//! `explain`: what was done to a resource of an OpenStack cloud, and what became of it.

use std::io::Write as _;

use clap::Args;
use reqtrail::openstack::{Compute, ServerHistory, Verdict};

use crate::arguments::Common;
use crate::cloud::{self, CloudOptions};
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::terminal::one_line_json;

/// Tell what was done to a server of an OpenStack cloud
///
/// It lists the server's actions, newest first, each with its request ID, how it
/// ended and its steps, and says why the server is in the state it is in.
#[derive(Args, Debug)]
#[command(
    before_help = "\
Example: reqtrail explain web-1
         reqtrail explain 344174b8-34fd-4017-ae29-b9084dcf3861 --cloud prod",
    after_help = format!("\
{}

The exit code is 1 if the newest action failed, or the server is in ERROR.", cloud::SIGN_IN)
)]
pub(crate) struct Options {
    /// UUID of the server, or its exact name
    #[arg(value_name = "ID-OR-NAME")]
    what: String,
    /// How many actions to tell
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    last: u32,
    #[command(flatten)]
    cloud: CloudOptions,
}

pub(crate) fn run(
    asked: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let told = cloud::attended(environment, |cancel, _progress| {
        let connection = asked.cloud.connect(cancel);
        let client = connection.and_then(|known| cloud::client(&known, "compute", cancel));
        let client = client.map_err(|error| (error.to_string(), error))?;
        let explain = Compute::new(client).explain(&asked.what);
        let told = explain
            .limit(asked.last as usize)
            .cancel_token(cancel)
            .send();
        told.map_err(|why| (why.to_string(), why.error))
    })?;
    let story = told.map_err(|(said, error)| cloud::failure(&error, &said))?;
    let out = &mut environment.output.writer;
    match common.json {
        true => writeln!(out, "{}", one_line_json(&story.to_json()))?,
        false => writeln!(out, "{}", story.report().trim_end())?,
    }
    Ok(match has_failed(&story) {
        true => Exit::Refused,
        false => Exit::Ok,
    })
}

fn has_failed(story: &ServerHistory) -> bool {
    let newest = story.actions.first();
    let newest = newest.and_then(|told| told.apparent.or(told.verdict));
    let is_in_error = |server: &reqtrail::openstack::Server| server.status == "ERROR";
    newest == Some(Verdict::Failed) || story.server.as_ref().is_some_and(is_in_error)
}
