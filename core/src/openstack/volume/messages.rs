//! How the messages to users are looked up, page by page.

use std::time::Instant;

use super::message::UserMessage;
use super::reads::{self, Access, Wanted};
use crate::client::Client;
use crate::error::Error;
use crate::openstack::accepted::call_group::{CallGroup, is_absent};
use crate::openstack::accepted::pages::{AfterPage, Pages, endless};

/// The messages that were read.
pub(in crate::openstack) struct Listed {
    /// Newest first.
    pub(in crate::openstack) messages: Vec<UserMessage>,
    /// Whether the list came to its end.
    pub(in crate::openstack) is_whole: bool,
}

/// Why messages may be missing.
pub(in crate::openstack) fn why_missing() -> String {
    endless("their list")
}

/// Reads all pages, and keeps what was asked for, newest first. What a server filters is checked all the same: some pass
/// over the filter, and the list is not limited to the project. All pages have to be read by `end`.
///
/// # Errors
/// Those of the calls.
pub(in crate::openstack) async fn read(
    calls: &mut CallGroup,
    (client, prefix): (&Client, &str),
    access: Access,
    wanted: Wanted<'_>,
    end: Option<Instant>,
) -> Result<Listed, Error> {
    let mut kept: Vec<UserMessage> = Vec::new();
    let mut pages = Pages::default();
    let is_whole = loop {
        let page = reads::messages(client, prefix, access, wanted, pages.marker());
        let timeout = end.map(|end| {
            let left = end.saturating_duration_since(client.now());
            left.min(client.call_timeout())
        });
        let page = calls.ask(page, timeout).await?;
        let has_next = page.has_next();
        let mut ids = page.messages.iter().map(|message| &message.id);
        let last = ids.rfind(|id| !id.is_empty()).cloned();
        for message in page.messages {
            // Pages may overlap while messages come.
            let is_new = message.id.is_empty() || kept.iter().all(|own| own.id != message.id);
            if is_new && wanted.has(&message) {
                kept.push(message);
            }
        }
        match pages.passed(has_next, last) {
            AfterPage::Page => {}
            AfterPage::End => break true,
            AfterPage::Endless => break false,
        }
    };
    kept.sort_by_key(|message| std::cmp::Reverse(message.created()));
    Ok(Listed {
        messages: kept,
        is_whole,
    })
}

impl Wanted<'_> {
    /// Whether a message is one of those that were asked for.
    fn has(self, message: &UserMessage) -> bool {
        match self {
            Self::Request(id) => message.request_id.as_deref() == Some(id),
            Self::Resource(id) => {
                let about = message.resource_uuid.as_deref();
                about.is_some_and(|own| own.eq_ignore_ascii_case(id))
            }
        }
    }
}

impl Access {
    /// The next way to read messages, after this one was refused because the server is older; `None` if that is not why.
    pub(in crate::openstack) fn after(self, error: &Error) -> Option<Self> {
        let older = match self {
            Self::Filtered => Self::All,
            Self::All | Self::None => Self::None,
        };
        match error.status().map(|status| status.as_u16()) {
            // A version that the server does not have, or a filter that it does not know.
            Some(400 | 406) => Some(older),
            Some(404) if is_absent(error) => Some(older),
            _ => None,
        }
    }
}
