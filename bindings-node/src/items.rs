//! Handles of mail in native memory. Several items share a handle.

use napi::bindgen_prelude::{Error, External, Result, Status};
use reqtrail::host::Outcome;
use reqtrail::host::mailbox::Event;
use reqtrail::{Response, Trail};

/// Several items behind one handle, because one handle each would cost more than the calls' objects. A taken item is
/// `None`.
pub struct Items(Vec<Option<Event>>);

/// The memory of one item without its body, in bytes, as reported to the collector.
const ITEM_BYTES: usize = 2048;

impl Items {
    pub(crate) fn error(error: reqtrail::Error) -> External<Self> {
        Self::handle(vec![Some(Event::Ended(Outcome::Call(Err(error))))])
    }

    pub(crate) fn trails(trails: impl IntoIterator<Item = Trail>) -> External<Self> {
        let events = trails.into_iter().map(Event::Call);
        Self::handle(events.map(Some).collect())
    }

    pub(crate) fn handle(items: Vec<Option<Event>>) -> External<Self> {
        let weights = items
            .iter()
            .flatten()
            .map(|event| ITEM_BYTES + weight(event));
        let bytes = weights.sum();
        External::new_with_size_hint(Self(items), bytes)
    }

    /// Makes an empty handle that counts as this many bytes to the collector.
    pub(crate) fn weight(bytes: usize) -> External<Self> {
        External::new_with_size_hint(Self(Vec::new()), bytes)
    }

    pub(crate) fn get(&self, index: u32) -> Result<&Event> {
        let item = self.0.get(index as usize).and_then(Option::as_ref);
        item.ok_or_else(|| invalid("there is no such item"))
    }

    /// Takes an item out of its handle, which may live on for the other items.
    pub(crate) fn take(&mut self, index: u32) -> Result<Event> {
        let item = self.0.get_mut(index as usize).and_then(Option::take);
        item.ok_or_else(|| invalid("there is no such item"))
    }

    pub(crate) fn response(&self, index: u32) -> Result<&Response> {
        match self.get(index)? {
            Event::Ended(Outcome::Call(Ok(response))) => Ok(response),
            _ => Err(invalid("the item is not a response")),
        }
    }

    pub(crate) fn trail(&self, index: u32) -> Result<&Trail> {
        let trail = match self.get(index)? {
            Event::Ended(Outcome::Call(Ok(response))) => Some(response.trail()),
            Event::Call(trail) => Some(trail),
            other => error_of(other).and_then(reqtrail::Error::trail),
        };
        trail.ok_or_else(|| invalid("the item has no trail"))
    }
}

/// Returns the code of an item in the TypeScript half (`mailbox.ts`), which is the status for a response. `None` for
/// events that Node does not ask for.
pub(crate) fn code(event: &Event) -> Option<f64> {
    Some(match event {
        Event::Ended(Outcome::Call(Ok(response))) => f64::from(response.status().as_u16()),
        Event::Ended(Outcome::Call(Err(_)) | Outcome::Operation(Err(_))) => 0.0,
        Event::Ended(Outcome::Operation(Ok(_))) => -1.0,
        Event::Attempt(_) => -2.0,
        Event::Call(_) => -3.0,
        Event::Progress(_) => -4.0,
        Event::Refresh(_) => -5.0,
        _ => return None,
    })
}

pub(crate) fn error_of(event: &Event) -> Option<&reqtrail::Error> {
    match event {
        Event::Ended(Outcome::Call(Err(error)) | Outcome::Operation(Err(error))) => Some(error),
        _ => None,
    }
}

/// Makes the error for an item that does not have what the TypeScript half asks for.
pub(crate) fn invalid(message: &str) -> Error {
    Error::new(Status::InvalidArg, message)
}

/// Returns the size of the body that a result keeps, in bytes.
pub(crate) fn weight(event: &Event) -> usize {
    match event {
        Event::Ended(Outcome::Call(Ok(response))) => response.bytes().len(),
        other => error_of(other)
            .and_then(reqtrail::Error::api)
            .map_or(0, |api| api.body().len()),
    }
}
