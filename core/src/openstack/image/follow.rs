//! The reads of following an image: the image, and its tasks.

use super::reads::{self, is_absent};
use super::task::ImageTask;
use super::verdict::{Assessment, Observation, Work, judge};
use crate::client::Client;
use crate::error::Error;
use crate::openstack::accepted::follow_loop::{End, Poll, Subject, Watch};
use crate::openstack::accepted::resource::{Resource, Tell};

pub(in crate::openstack) use super::verdict::OPERATIONS;

/// Work on an image, as its request began it.
pub(in crate::openstack) struct ImageWork {
    /// `import`, `create`, …
    pub(in crate::openstack) operation: String,
    pub(in crate::openstack) id: String,
    /// The path between the client's base URL and the collection, as in `/v2`.
    pub(in crate::openstack) prefix: String,
    /// The ID of the request; empty if no response named it.
    pub(in crate::openstack) request_id: String,
    /// Whether the service's response shows that the image exists for this token.
    pub(in crate::openstack) was_there: bool,
}

/// Work on an image that is being followed.
pub(in crate::openstack) struct ImageFollow {
    client: Client,
    work: ImageWork,
    tell: Option<Tell>,
    image: Option<Resource>,
    /// The tasks with the request's ID, newest first.
    tasks: Vec<ImageTask>,
    was_there: bool,
    has_tasks: bool,
    /// Glance's 404, if the last poll got it.
    absent: Option<Error>,
}

impl Subject for ImageFollow {
    fn before(&self) -> Result<Option<End>, Error> {
        Ok(None)
    }

    async fn look(&mut self, watch: &mut Watch) -> Result<Option<End>, Error> {
        // The tasks are read first, so that the image's state is at least as new.
        if !self.read_tasks(watch).await? {
            return Ok(None);
        }
        let image = reads::image(&self.client, &self.work.prefix, &self.work.id);
        match watch.ask(image, is_absent).await? {
            Poll::Seen(image) => {
                image.check_id(&self.work.id)?;
                self.was_there = true;
                self.absent = None;
                self.image = Some(image.for_report());
            }
            Poll::Absent(error) => {
                self.absent = Some(error);
                self.image = None;
            }
            Poll::Missed => return Ok(None),
        }
        watch.looked();
        if let Some(tell) = &mut self.tell {
            tell(self.image.as_ref(), watch.elapsed());
        }
        let seen = (self.image.as_ref()).map(|image| &image.status);
        let tasks: Vec<&str> = self.tasks.iter().map(|task| &*task.status).collect();
        let settle = watch.settle();
        let same_for = watch.same_for(format!("{seen:?} {tasks:?}"));
        let seen = Observation {
            work: Work::of(&self.work.operation),
            operation: &self.work.operation,
            image: self.image.as_ref(),
            was_there: self.was_there,
            tasks: &self.tasks,
            has_tasks: self.has_tasks,
            settled: same_for.is_some_and(|same| same >= settle),
        };
        match judge(&seen) {
            Assessment::Running => Ok(None),
            Assessment::Ended(verdict, evidence) => Ok(Some(End::of(verdict, evidence))),
            Assessment::Apparent(apparent, evidence) => Ok(Some(End::apparent(apparent, evidence))),
            Assessment::NotFound => self.never_there().map_or(Ok(None), Err),
        }
    }

    fn never_there(&self) -> Option<Error> {
        self.absent.clone().filter(|_| !self.was_there)
    }
}

impl ImageFollow {
    pub(in crate::openstack) fn new(client: Client, work: ImageWork, tell: Option<Tell>) -> Self {
        Self {
            client,
            tell,
            image: None,
            tasks: Vec::new(),
            was_there: work.was_there,
            has_tasks: true,
            absent: None,
            work,
        }
    }

    /// The task of the request; `None` if none is known, or if several have its ID and ended differently.
    pub(in crate::openstack) fn into_report(self) -> (Option<Resource>, Option<ImageTask>) {
        let mut tasks = self.tasks.into_iter();
        let newest = tasks.next();
        let task = newest.filter(|task| tasks.all(|other| other.status == task.status));
        (self.image, task)
    }

    /// Reads the tasks of this request; `false` if a later try may succeed. Tasks that were seen stay known.
    async fn read_tasks(&mut self, watch: &mut Watch) -> Result<bool, Error> {
        self.has_tasks = !self.work.request_id.is_empty();
        if !self.has_tasks {
            return Ok(true);
        }
        let tasks = reads::tasks(&self.client, &self.work.prefix, &self.work.id);
        let limit = watch.limit();
        match watch.calls.ask(tasks, Some(limit)).await {
            Ok(read) => {
                let request = Some(self.work.request_id.as_str());
                let own = |task: &ImageTask| task.request_id.as_deref() == request;
                let tasks = read.tasks.into_iter().filter(own);
                let mut tasks: Vec<ImageTask> = tasks.map(ImageTask::for_report).collect();
                if !tasks.is_empty() {
                    tasks.sort_by_key(|task| std::cmp::Reverse(task.created()));
                    self.tasks = tasks;
                }
            }
            Err(error) => match error.status().map(|status| status.as_u16()) {
                Some(404) if is_absent(&error) => {}
                // An older service has no such path, and a policy may keep users away from it.
                Some(403 | 404) => self.has_tasks = false,
                _ => {
                    watch.missed(error)?;
                    return Ok(false);
                }
            },
        }
        Ok(true)
    }
}
