//! The reads of following work on a volume or a snapshot: the resource itself, and the messages to users if they matter.

use std::time::{Duration, SystemTime};

use super::message::UserMessage;
use super::messages::{self, Listed};
use super::reads::{self, Access, Wanted};
use super::verdict::{Assessment, Messages, Observation, Row, UNPROVEN, judge, row};
use crate::client::Client;
use crate::error::Error;
use crate::openstack::accepted::call_group::is_absent;
use crate::openstack::accepted::follow_loop::{End, Poll, Subject, Watch};
use crate::openstack::accepted::resource::{Resource, Tell};
use crate::openstack::accepted::time::Stamp;

pub(in crate::openstack) use super::verdict::ROWS;

/// How long the message of a failure may take after its status.
const MESSAGE_SETTLE: Duration = Duration::from_secs(2);

/// Work on a volume or a snapshot, as its request began it.
pub(in crate::openstack) struct VolumeWork {
    /// `volume`, `snapshot`, `backup`, …
    pub(in crate::openstack) resource_type: String,
    /// `create`, `extend`, …
    pub(in crate::openstack) operation: String,
    pub(in crate::openstack) id: String,
    /// The path between the client's base URL and the collections, usually empty.
    pub(in crate::openstack) prefix: String,
    /// The local ID of the request; empty if no answer named it.
    pub(in crate::openstack) request_id: String,
    /// Whether the service is known to have accepted the request.
    pub(in crate::openstack) accepted: bool,
    /// Whether its response shows that the resource exists for this token.
    pub(in crate::openstack) was_there: bool,
    /// When the request was sent, by this machine's clock.
    pub(in crate::openstack) sent_at: Option<SystemTime>,
    /// The size that was asked for, in GiB.
    pub(in crate::openstack) wanted_size: Option<u64>,
}

/// Which messages a poll has read.
enum MessagesRead {
    NotRead,
    OfRequest,
    OfResource,
    Unreadable(String),
}

/// Work on a volume or a snapshot that is being followed.
pub(in crate::openstack) struct VolumeFollow {
    client: Client,
    work: VolumeWork,
    row: &'static Row,
    tell: Option<Tell>,
    pub(in crate::openstack) resource: Option<Resource>,
    pub(in crate::openstack) messages: Vec<UserMessage>,
    was_there: bool,
    first_size: Option<u64>,
    access: Access,
    /// Cinder's 404, if the last poll got it.
    absent: Option<Error>,
}

impl Subject for VolumeFollow {
    fn before(&self) -> Result<Option<End>, Error> {
        Ok(None)
    }

    async fn look(&mut self, watch: &mut Watch) -> Result<Option<End>, Error> {
        if !self.read(watch).await? {
            return Ok(None);
        }
        watch.looked();
        if let Some(tell) = &mut self.tell {
            tell(self.resource.as_ref(), watch.elapsed());
        }
        let seen = (self.resource.as_ref()).map(|seen| (&seen.status, seen.size));
        let same_for = watch.same_for(format!("{seen:?}"));
        let settle = watch.settle();
        let mut messages_read = MessagesRead::NotRead;
        loop {
            let seen = Observation {
                row: self.row,
                resource_type: &self.work.resource_type,
                operation: &self.work.operation,
                resource: self.resource.as_ref(),
                was_there: self.was_there,
                accepted: self.work.accepted,
                first_size: self.first_size,
                wanted_size: self.work.wanted_size,
                messages: match &messages_read {
                    MessagesRead::NotRead => Messages::NotRead,
                    MessagesRead::OfRequest => Messages::OfRequest(&self.messages),
                    MessagesRead::OfResource => Messages::OfResource(&self.messages),
                    MessagesRead::Unreadable(why) => Messages::Unreadable(why),
                },
                message_settled: same_for.is_some_and(|same| same >= MESSAGE_SETTLE.min(settle)),
                settled: same_for.is_some_and(|same| same >= settle),
            };
            match judge(&seen) {
                Assessment::Running => return Ok(None),
                Assessment::Ended(verdict, evidence) => {
                    return Ok(Some(End::of(verdict, evidence)));
                }
                Assessment::Apparent(apparent, evidence) => {
                    return Ok(Some(End::apparent(apparent, evidence)));
                }
                Assessment::NotFound => return self.never_there().map_or(Ok(None), Err),
                Assessment::NeedsMessages => match self.look_up(watch).await? {
                    Some(now) => messages_read = now,
                    None => return Ok(None),
                },
            }
        }
    }

    fn never_there(&self) -> Option<Error> {
        self.absent.clone().filter(|_| !self.was_there)
    }
}

impl VolumeFollow {
    pub(in crate::openstack) fn new(client: Client, work: VolumeWork, tell: Option<Tell>) -> Self {
        Self {
            client,
            row: row(&work.resource_type, &work.operation).unwrap_or(&UNPROVEN),
            tell,
            resource: None,
            messages: Vec::new(),
            was_there: work.was_there,
            first_size: None,
            access: Access::Filtered,
            absent: None,
            work,
        }
    }

    /// Reads the resource itself; `false` if the next try may succeed.
    async fn read(&mut self, watch: &mut Watch) -> Result<bool, Error> {
        let Some(collection) = collection(&self.work.resource_type) else {
            return Ok(true);
        };
        let get = reads::resource(&self.client, (&self.work.prefix, collection), &self.work.id);
        match watch.ask(get, is_absent).await? {
            Poll::Seen(resource) => {
                resource.check_id(&self.work.id)?;
                self.first_size = self.first_size.or(resource.size);
                self.was_there = true;
                self.absent = None;
                self.resource = Some(resource.for_report());
            }
            Poll::Absent(error) => {
                self.absent = Some(error);
                self.resource = None;
            }
            Poll::Missed => return Ok(false),
        }
        Ok(true)
    }

    /// Reads the messages in the best way that this server supports; `None` if the next try may succeed.
    async fn look_up(&mut self, watch: &mut Watch) -> Result<Option<MessagesRead>, Error> {
        while self.access != Access::None {
            match self.pages(watch).await {
                Ok(Listed { messages, is_whole }) => {
                    self.messages = messages;
                    // The message that is missing may be on a page that was not read.
                    let is_known = is_whole || !self.messages.is_empty();
                    return Ok(Some(match self.work.request_id.is_empty() {
                        _ if !is_known => MessagesRead::Unreadable(messages::why_missing()),
                        true => MessagesRead::OfResource,
                        false => MessagesRead::OfRequest,
                    }));
                }
                Err(error) if error.status().is_some_and(|status| status.as_u16() == 403) => {
                    let why = "the service refuses them to this token (403)".to_owned();
                    return Ok(Some(MessagesRead::Unreadable(why)));
                }
                Err(error) => match self.access.after(&error) {
                    Some(next) => self.access = next,
                    None => {
                        watch.missed(error)?;
                        return Ok(None);
                    }
                },
            }
        }
        let why = "this service has no messages, as before microversion 3.3".to_owned();
        Ok(Some(MessagesRead::Unreadable(why)))
    }

    /// Reads all pages, and keeps what is of this request.
    async fn pages(&mut self, watch: &mut Watch) -> Result<Listed, Error> {
        let request = self.work.request_id.as_str();
        let wanted = match request.is_empty() {
            true => Wanted::Resource(&self.work.id),
            false => Wanted::Request(request),
        };
        let end = Some(watch.poll_end());
        let at = (&self.client, self.work.prefix.as_str());
        let mut listed = messages::read(&mut watch.calls, at, self.access, wanted, end).await?;
        listed.messages.retain(|message| self.is_own(message));
        Ok(listed)
    }

    /// Whether a message is about a failure of this request; or, where its ID is not known, about the resource since then.
    fn is_own(&self, message: &UserMessage) -> bool {
        let request = self.work.request_id.as_str();
        if !message.is_error() {
            return false;
        }
        let about = message.resource_uuid.as_deref();
        // Cinder finds a UUID in capitals, too, and writes it in small letters.
        let is_it = |id: &str| id.eq_ignore_ascii_case(&self.work.id);
        if !request.is_empty() {
            // What is not a volume or a snapshot may have its messages about what it is done to.
            let is_its = self.row.operation.is_empty() || about.is_none_or(is_it);
            return is_its && message.request_id.as_deref() == Some(request);
        }
        let sent = (self.work.sent_at).and_then(|sent| Stamp::try_from(sent).ok());
        about.is_some_and(is_it)
            && (message.created().zip(sent)).is_some_and(|(created, sent)| created >= sent)
    }
}

/// The API's collection of a resource, if it can be read like all others.
fn collection(resource_type: &str) -> Option<&'static str> {
    match resource_type {
        "volume" => Some("volumes"),
        "snapshot" => Some("snapshots"),
        "backup" => Some("backups"),
        _ => None,
    }
}
