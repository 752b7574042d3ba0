//! `follow`: what became of what a service of OpenStack accepted.

use std::io::Write as _;
use std::sync::mpsc::Sender;
use std::time::Duration;

use clap::Args;
use reqtrail::openstack::{
    ActionError, ActionReport, Compute, Progress, ResourceRef, Resources, Verdict,
};
use reqtrail::{CancelToken, Error, Trail, blocking};

use crate::arguments::Common;
use crate::cloud::{self, CloudOptions};
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::journal::{Content, Folder};
use crate::terminal::{one_line, one_line_json};
use crate::time::duration;

/// Wait until an OpenStack cloud has done what it accepted
///
/// A 202 says that a request was accepted, and no more. This waits for the end
/// of what the request began, and says how it ended. (`tail -f` is something
/// else: it shows the calls that programs make.)
///
/// WHAT is the kind of work: volume.create, volume.extend, volume.delete,
/// snapshot.create, snapshot.delete, image.create, image.import, or `server`
/// for any action of a server. RESOURCE is its UUID, or the exact name of a
/// server. With WHAT alone it is an ID of a call in the journal, whose request
/// is followed.
#[derive(Args, Debug)]
#[command(
    before_help = "\
Example: reqtrail follow server web-1
         reqtrail follow volume.extend 86a92e20-c6ef-44cc-9712-5a931ec997fe \\
             --request-id req-05c51f8b-20ea-4e85-ad74-6e3014f027f4",
    after_help = format!("\
{}

The exit code is 0 if it succeeded, 1 if it failed, and 3 if the API does not
tell how it ended, or it had not ended by the deadline.", cloud::SIGN_IN)
)]
pub(crate) struct Options {
    /// Kind of work, or an ID of a call in the journal
    #[arg(value_name = "WHAT")]
    what: String,
    /// UUID of the resource, or a server's name
    #[arg(value_name = "RESOURCE", requires = "what")]
    resource: Option<String>,
    /// ID of the request that began it; of a server, else its newest action's
    #[arg(long, value_name = "ID", requires = "resource")]
    request_id: Option<String>,
    /// Size that volume.extend asked for, in GiB
    #[arg(long, value_name = "GIB", requires = "resource")]
    size: Option<u32>,
    /// How long to follow it
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10m")]
    deadline: Duration,
    #[command(flatten)]
    cloud: CloudOptions,
}

/// What is followed.
enum What {
    /// What the request of a trail began.
    Request(Box<Trail>),
    /// An action of a server.
    Server(String),
    /// Work of another kind on a resource, and the request's ID.
    Other {
        kind: String,
        id: String,
        request_id: String,
    },
}

/// Why there is no report, or no good one.
enum Ended {
    /// A call before the following failed.
    Before(Error),
    /// The server has no action.
    NoAction(String),
    Followed(ActionError),
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        Self::Before(error)
    }
}

pub(crate) fn run(
    asked: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let what = what(asked, common, environment)?;
    let ended = cloud::attended(environment, |cancel, progress| {
        follow(asked, what, cancel, progress)
    })?;
    let (report, why) = match &ended {
        Ok(report) => (report, None),
        Err(Ended::Before(error)) => return Err(cloud::failure(error, &error.to_string())),
        Err(Ended::NoAction(server)) => {
            return Err(Failure::not_found(format!(
                "the server `{server}` has no action on record"
            )));
        }
        Err(Ended::Followed(why)) => (why.report(), Some(why)),
    };
    let out = &mut environment.output.writer;
    match common.json {
        true => writeln!(out, "{}", one_line_json(&report.to_json()))?,
        false => writeln!(out, "{}", report.report().trim_end())?,
    }
    // The report first, where both go to one terminal.
    out.flush()?;
    match why {
        None => Ok(exit(report)),
        Some(why @ ActionError::Unfollowed { error, .. }) => {
            Err(cloud::failure(error, &why.to_string()))
        }
        Some(failed) => Err(Failure::Said(
            format!(
                "{failed}\nGive the operator the request ID: the logs of the services have it."
            ),
            Exit::Refused,
        )),
    }
}

fn exit(report: &ActionReport) -> Exit {
    match report.apparent.unwrap_or(report.verdict) {
        Verdict::Succeeded => Exit::Ok,
        Verdict::Failed => Exit::Refused,
        _ => Exit::NoAnswer,
    }
}

/// Reads what is to be followed.
fn what(asked: &Options, common: &Common, environment: &mut Environment) -> Result<What, Failure> {
    let Some(resource) = &asked.resource else {
        return of_journal(&asked.what, common, environment);
    };
    if asked.what.split('.').next() == Some("server") {
        return Ok(What::Server(resource.clone()));
    }
    let Some(request_id) = &asked.request_id else {
        return Err(Failure::usage(format!(
            "{}: `--request-id` is missing; expected the ID of the request that began it (req-…)",
            one_line(&asked.what)
        )));
    };
    Ok(What::Other {
        kind: asked.what.clone(),
        id: resource.clone(),
        request_id: request_id.clone(),
    })
}

/// Takes the one call that has this ID in the journal.
fn of_journal(id: &str, common: &Common, environment: &mut Environment) -> Result<What, Failure> {
    let folder = Folder::of(common, environment)?;
    let found = folder.the_one(id);
    folder.say_skipped(environment);
    match found?.content {
        Content::Finished { trail, .. } => Ok(What::Request(trail)),
        Content::Opened(_) => Err(Failure::usage(format!(
            "the call `{id}` has no answer in the journal; name the kind of work and the resource instead"
        ))),
    }
}

fn follow(
    asked: &Options,
    what: What,
    cancel: &CancelToken,
    progress: Sender<String>,
) -> Result<ActionReport, Ended> {
    let connection = asked.cloud.connect(cancel)?;
    let service = match &what {
        What::Request(trail) => trail.service().unwrap_or("compute"),
        What::Server(_) => "compute",
        What::Other { kind, .. } if kind.starts_with("image") => "image",
        What::Other { .. } => "volume",
    };
    let client = cloud::client(&connection, service, cancel)?;
    let what = match what {
        What::Request(trail) => ResourceRef::from(&*trail),
        What::Server(server) => action(asked, &server, &client, cancel)?,
        What::Other {
            kind,
            id,
            request_id,
        } => ResourceRef::new(&kind, &id, request_id),
    };
    let mut follow = Resources::new(client)
        .follow(what)
        .deadline(asked.deadline)
        .cancel_token(cancel)
        .on_progress(move |seen| {
            // Nobody listens any more once the work has ended.
            let _ = progress.send(line(seen));
        });
    if let Some(size) = asked.size {
        follow = follow.size(size);
    }
    follow.send().map_err(Ended::Followed)
}

/// Finds the action of a server that is followed: that of the request, or its newest.
fn action(
    asked: &Options,
    server: &str,
    client: &blocking::Client,
    cancel: &CancelToken,
) -> Result<ResourceRef, Ended> {
    let compute = Compute::new(client.clone());
    let (id, request_id) = match &asked.request_id {
        Some(request_id) if is_uuid(server) => (server.to_owned(), request_id.clone()),
        Some(request_id) => {
            let named = compute.server_by_name(server).cancel_token(cancel);
            (named.send()?.id.clone(), request_id.clone())
        }
        None => {
            let story = compute.explain(server).limit(1).cancel_token(cancel);
            let story = story.send().map_err(|why| why.error)?;
            match story.actions.into_iter().next() {
                Some(newest) => (story.server_id, newest.action.request_id),
                None => return Err(Ended::NoAction(server.to_owned())),
            }
        }
    };
    Ok(ResourceRef::new("server.action", &id, request_id))
}

fn is_uuid(text: &str) -> bool {
    let groups = text.split('-');
    groups.clone().map(str::len).eq([8, 4, 4, 4, 12])
        && groups
            .clone()
            .all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// What a look has shown, in one line.
fn line(seen: &Progress<'_>) -> String {
    let state = match (seen.server, seen.resource) {
        (Some(server), _) => match &server.task_state {
            Some(task) => format!("{}, {task}", server.status),
            None => server.status.clone(),
        },
        (None, Some(resource)) => resource.status.clone(),
        (None, None) => "not there".to_owned(),
    };
    let step = seen.action.and_then(|action| action.events().first());
    let step = step.map_or_else(String::new, |step| format!("; {}", step.event));
    let line = format!("{} s: {state}{step}", seen.elapsed.as_secs());
    one_line(&line).into_owned()
}
