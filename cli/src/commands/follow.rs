//! `follow`: waits for the end of what a service of OpenStack accepted, and says how it ended.

use std::io::Write as _;
use std::sync::mpsc::Sender;
use std::time::Duration;

use clap::Args;
use reqtrail::openstack::{
    ActionError, ActionReport, Compute, Progress, ResourceRef, Resources, Verdict,
};
use reqtrail::{CancelToken, Error, Trail, blocking};

use crate::cloud::{self, CloudOptions};
use crate::common::Common;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::journal::{Content, Folder};
use crate::terminal::{one_line, one_line_json};
use crate::time::duration;

/// Wait until an OpenStack cloud has done what it accepted
///
/// A 202 only says that a request was accepted. This command waits until the
/// work that the request began has ended, and says how it ended. (`tail -f`
/// follows something else: the calls that programs make.)
///
/// WHAT is the kind of work: volume.create, volume.extend, volume.delete,
/// snapshot.create, snapshot.delete, image.create, image.import, or `server`
/// for any action of a server. RESOURCE is the UUID of the resource, or the
/// exact name of a server. WHAT alone is an ID of a call in the journal: the
/// command follows the request of that call.
#[derive(Args, Debug)]
#[command(
    before_help = "\
Example: reqtrail follow server web-1
         reqtrail follow volume.extend 86a92e20-c6ef-44cc-9712-5a931ec997fe \\
             --request-id req-05c51f8b-20ea-4e85-ad74-6e3014f027f4",
    after_help = format!("\
{}

The exit code is 0 if the work succeeded, 1 if it failed, and 3 if the API
does not say how it ended or it had not ended by the deadline.", cloud::SIGN_IN)
)]
pub(crate) struct Options {
    /// Kind of work, or an ID of a call in the journal
    #[arg(value_name = "WHAT")]
    what: String,
    /// UUID of the resource, or a server's name
    #[arg(value_name = "RESOURCE", requires = "what")]
    resource: Option<String>,
    /// ID of the request that began it; a server's default is its newest action
    #[arg(long, value_name = "ID", requires = "resource")]
    request_id: Option<String>,
    /// Size that volume.extend asked for, in GiB
    #[arg(long, value_name = "GIB", requires = "resource")]
    size: Option<u32>,
    /// How long to wait for the end
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10m")]
    deadline: Duration,
    #[command(flatten)]
    cloud: CloudOptions,
}

/// What is followed.
enum Subject {
    /// The work that the request of a trail began.
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

/// Why there is no report, or a report of a failure.
enum FollowFailure {
    /// A call failed before anything was followed.
    NotStarted(Error),
    /// The server has no action.
    NoAction(String),
    /// The work failed, or its end is not known.
    Followed(ActionError),
}

impl From<Error> for FollowFailure {
    fn from(error: Error) -> Self {
        Self::NotStarted(error)
    }
}

pub(crate) fn run(
    options: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Exit, Failure> {
    let subject = subject(options, common, environment)?;
    let followed = cloud::run_cancellable(environment, |cancel, progress| {
        follow(options, subject, cancel, progress)
    })?;
    let (report, failed) = match &followed {
        Ok(report) => (report, None),
        Err(FollowFailure::NotStarted(error)) => {
            return Err(cloud::failure(error, &error.to_string()));
        }
        Err(FollowFailure::NoAction(server)) => {
            return Err(Failure::not_found(format!(
                "the server `{server}` has no action on record"
            )));
        }
        Err(FollowFailure::Followed(failed)) => (failed.report(), Some(failed)),
    };
    let out = &mut environment.output.writer;
    match common.json {
        true => writeln!(out, "{}", one_line_json(&report.to_json()))?,
        false => writeln!(out, "{}", report.report().trim_end())?,
    }
    // If both streams go to one terminal, the report comes first.
    out.flush()?;
    match failed {
        None => Ok(exit(report)),
        Some(failed @ ActionError::Unfollowed { error, .. }) => {
            Err(cloud::failure(error, &failed.to_string()))
        }
        Some(failed) => Err(Failure::Message(
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

/// Reads from the arguments what to follow.
fn subject(
    options: &Options,
    common: &Common,
    environment: &mut Environment,
) -> Result<Subject, Failure> {
    let Some(resource) = &options.resource else {
        return from_journal(&options.what, common, environment);
    };
    if options.what.split('.').next() == Some("server") {
        return Ok(Subject::Server(resource.clone()));
    }
    let Some(request_id) = &options.request_id else {
        return Err(Failure::usage(format!(
            "{}: `--request-id` is missing; expected the ID of the request that began the work (req-…)",
            one_line(&options.what)
        )));
    };
    Ok(Subject::Other {
        kind: options.what.clone(),
        id: resource.clone(),
        request_id: request_id.clone(),
    })
}

/// Returns the request of the one call in the journal that has this ID.
fn from_journal(
    id: &str,
    common: &Common,
    environment: &mut Environment,
) -> Result<Subject, Failure> {
    let folder = Folder::of(common, environment)?;
    let found = folder.the_one(id);
    folder.say_skipped(environment);
    match found?.content {
        Content::Finished { trail, .. } if is_known_by_its_body(&trail) => {
            let method = trail.method();
            let path = one_line(trail.path());
            let request_id = trail.request_id().map_or("req-…", |id| id.as_str());
            Err(Failure::usage(format!(
                "only the body of `{method} {path}` says what it asked for, and the journal has no bodies; expected the \
                 kind of work and the resource, as in `reqtrail follow volume.extend UUID --request-id {}`",
                one_line(request_id)
            )))
        }
        Content::Finished { trail, .. } => Ok(Subject::Request(trail)),
        Content::Opened(_) => Err(Failure::usage(format!(
            "the journal has no response for the call `{id}`; name the kind of work and the resource instead"
        ))),
    }
}

/// Whether a request asked a volume or a snapshot for something that only its body says. Nova tells an action by its ID.
fn is_known_by_its_body(trail: &Trail) -> bool {
    trail.service().is_some_and(|service| service != "compute") && trail.path().ends_with("/action")
}

fn follow(
    options: &Options,
    subject: Subject,
    cancel: &CancelToken,
    progress: Sender<String>,
) -> Result<ActionReport, FollowFailure> {
    let connection = options.cloud.connect(cancel)?;
    let service = match &subject {
        Subject::Request(trail) => trail.service().unwrap_or("compute"),
        Subject::Server(_) => "compute",
        Subject::Other { kind, .. } if kind.starts_with("image") => "image",
        Subject::Other { .. } => "volume",
    };
    let client = cloud::client(&connection, service, cancel)?;
    let resource = match subject {
        Subject::Request(trail) => ResourceRef::from(&*trail),
        Subject::Server(server) => action(options, &server, &client, cancel)?,
        Subject::Other {
            kind,
            id,
            request_id,
        } => ResourceRef::new(&kind, &id, request_id),
    };
    let mut follow = Resources::new(client)
        .follow(resource)
        .deadline(options.deadline)
        .cancel_token(cancel)
        .on_progress(move |seen| {
            // The receiver is gone once the work has ended.
            let _ = progress.send(progress_line(seen));
        });
    if let Some(size) = options.size {
        follow = follow.size(size);
    }
    follow.send().map_err(FollowFailure::Followed)
}

/// Finds the server's action to follow: the one of `--request-id`, otherwise the newest.
fn action(
    options: &Options,
    server: &str,
    client: &blocking::Client,
    cancel: &CancelToken,
) -> Result<ResourceRef, FollowFailure> {
    let compute = Compute::new(client.clone());
    let (id, request_id) = match &options.request_id {
        Some(request_id) if is_uuid(server) => (server.to_owned(), request_id.clone()),
        Some(request_id) => {
            let named = compute.server_by_name(server).cancel_token(cancel);
            (named.send()?.id.clone(), request_id.clone())
        }
        None => {
            let explain = compute.explain(server).limit(1).cancel_token(cancel);
            let history = explain.send().map_err(|failed| failed.error)?;
            match history.actions.into_iter().next() {
                Some(newest) => (history.server_id, newest.action.request_id),
                None => return Err(FollowFailure::NoAction(server.to_owned())),
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

/// Writes the present state as one line.
fn progress_line(seen: &Progress<'_>) -> String {
    let state = match (seen.server, seen.resource) {
        (Some(server), _) => match &server.task_state {
            Some(task) => format!("{}, {task}", server.status),
            None => server.status.clone(),
        },
        (None, Some(resource)) => resource.status.clone(),
        (None, None) => "not found".to_owned(),
    };
    let step = seen.action.and_then(|action| action.events().first());
    let step = step.map_or_else(String::new, |step| format!("; {}", step.event));
    let line = format!("{} s: {state}{step}", seen.elapsed.as_secs());
    one_line(&line).into_owned()
}
