//! Reads the call of a record.

use reqtrail::Trail;
use reqtrail::host::IdKind;

use super::Folder;
use super::call::{Content, JournalCall, State};
use super::line::{OpenedCall, Record, RecordKind};
use super::process::Writer;

/// What a record says about a call.
pub(super) enum ReadCall {
    /// The call ended. The number is the sequence number of the record.
    Ended(u64, JournalCall),
    /// The call began. Its end, if any, is in another record.
    Unfinished(UnfinishedCall),
}

impl Record<'_> {
    /// Reads the call of the record; `None` if it is not about a call, or its trail cannot be read.
    pub(super) fn read(self, folder: &Folder, stem: &str, is_alive: bool) -> Option<ReadCall> {
        let (service, host, pid) = (self.service.into_owned(), self.host.into_owned(), self.pid);
        match self.kind {
            RecordKind::Call { trail: raw } => {
                let trail = Trail::from_json(raw.get()).map_err(|error| folder.skip_trail(&error));
                let trail = Box::new(trail.ok()?);
                let found = JournalCall {
                    id: trail.call_id().to_string(),
                    matched: IdKind::Call,
                    state: State::Finished,
                    service,
                    host,
                    pid,
                    at: self.at,
                    content: Content::Finished {
                        trail,
                        raw: raw.get().to_owned(),
                    },
                };
                Some(ReadCall::Ended(self.seq, found))
            }
            RecordKind::Opened(call) => Some(ReadCall::Unfinished(UnfinishedCall {
                stem: stem.to_owned(),
                writer: Writer { service, host, pid },
                is_alive,
                call,
            })),
            RecordKind::Closed | RecordKind::Lost { .. } | RecordKind::Other => None,
        }
    }
}

/// A call whose end is not known.
#[derive(Clone, Debug)]
pub(super) struct UnfinishedCall {
    pub(super) stem: String,
    pub(super) writer: Writer,
    pub(super) is_alive: bool,
    pub(super) call: OpenedCall,
}

impl UnfinishedCall {
    /// Converts it to the call that is shown.
    pub(super) fn into_call(self) -> JournalCall {
        JournalCall {
            id: self.call.call_id.clone(),
            matched: IdKind::Call,
            state: match self.is_alive {
                true => State::InFlight,
                false => State::Unknown,
            },
            service: self.writer.service,
            host: self.writer.host,
            pid: self.writer.pid,
            at: self.call.at,
            content: Content::Opened(self.call),
        }
    }
}
