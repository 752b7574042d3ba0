//! `explain`: the actions of a server of an OpenStack cloud, and why the server is in its state.

use std::io::Write as _;

use clap::Args;
use reqtrail::openstack::{Compute, ServerHistory, Verdict};

use crate::cloud::{self, CloudOptions};
use crate::common::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::terminal::one_line_json;

/// Show what was done to a server of an OpenStack cloud
///
/// It lists the server's actions, newest first, each with its request ID, its
/// steps and how it ended, and says why the server is in its present state.
#[derive(Args, Debug)]
#[command(
    before_help = "\
Example: reqtrail explain web-1
         reqtrail explain 344174b8-34fd-4017-ae29-b9084dcf3861 --cloud prod",
    after_help = format!("\
{}

The exit code is 1 if the newest action failed or the server is in ERROR.", cloud::SIGN_IN)
)]
pub(crate) struct Options {
    /// UUID of the server, or its exact name
    #[arg(value_name = "ID-OR-NAME")]
    server: String,
    /// How many actions to show
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    last: u32,
    #[command(flatten)]
    cloud: CloudOptions,
}

pub(crate) fn run(
    options: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let explained = cloud::run_cancellable(environment, |cancel, _progress| {
        let connection = options.cloud.connect(cancel);
        let client = connection.and_then(|cloud| cloud::client(&cloud, "compute", cancel));
        let client = client.map_err(|error| (error.to_string(), error))?;
        let explain = Compute::new(client).explain(&options.server);
        let explained = explain
            .limit(options.last as usize)
            .cancel_token(cancel)
            .send();
        explained.map_err(|failed| (failed.to_string(), failed.error))
    })?;
    let history = explained.map_err(|(message, error)| cloud::failure(&error, &message))?;
    let out = &mut environment.output.writer;
    match common.json {
        true => writeln!(out, "{}", one_line_json(&history.to_json()))?,
        false => writeln!(out, "{}", history.report().trim_end())?,
    }
    Ok(match has_failed(&history) {
        true => Exit::Refused,
        false => Exit::Ok,
    })
}

/// Returns whether the newest action failed or the server is in ERROR.
fn has_failed(history: &ServerHistory) -> bool {
    let newest = history.actions.first();
    let newest = newest.and_then(|action| action.apparent.or(action.verdict));
    let is_in_error = |server: &reqtrail::openstack::Server| server.status == "ERROR";
    newest == Some(Verdict::Failed) || history.server.as_ref().is_some_and(is_in_error)
}
