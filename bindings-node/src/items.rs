//! What a mailbox holds, in native memory, several items to a handle.

use napi::bindgen_prelude::{Error, External, Result, Status};
use reqtrail::host::mailbox::{AttemptEvent, Event, RefreshRequest};
use reqtrail::host::{Outcome, Output};
use reqtrail::{Response, Trail};

/// What a call, an operation, a sign-in or an event has given.
pub(crate) enum Item {
    Response(Response),
    Error(reqtrail::Error),
    Trail(Trail),
    /// What an operation or a sign-in has given.
    Output(Output),
    Attempt(Box<AttemptEvent>),
    /// What a poll has shown, as JSON.
    Progress(String),
    Refresh(RefreshRequest),
    /// What was here is taken.
    Taken,
}

/// Some items behind one handle: a handle each would cost more than the calls' own objects.
pub struct Items(Vec<Item>);

/// What the items of a call weigh in memory, without their bodies; the collector is told.
const ITEM_BYTES: usize = 2048;

impl Item {
    /// `None` for what this face does not ask for.
    pub(crate) fn of(event: Event) -> Option<Self> {
        Some(match event {
            Event::Attempt(attempt) => Self::Attempt(attempt),
            Event::Call(trail) => Self::Trail(trail),
            Event::Progress(json) => Self::Progress(json),
            Event::Refresh(asked) => Self::Refresh(asked),
            Event::Ended(outcome) => return Self::of_outcome(outcome),
            _ => return None,
        })
    }

    fn of_outcome(outcome: Outcome) -> Option<Self> {
        Some(match outcome {
            Outcome::Call(Ok(mut response)) => {
                // It waits for the collector, and should not keep a whole read buffer for so long.
                response.compact();
                Self::Response(response)
            }
            Outcome::Operation(Ok(output)) => Self::Output(output),
            Outcome::Call(Err(error)) | Outcome::Operation(Err(error)) => Self::Error(error),
            _ => return None,
        })
    }

    /// What the TypeScript half knows it by (`What` in `native.ts`); a response is known by its status.
    pub(crate) fn what(&self) -> f64 {
        match self {
            Self::Response(response) => f64::from(response.status().as_u16()),
            Self::Error(_) | Self::Taken => 0.0,
            Self::Output(_) => -1.0,
            Self::Attempt(_) => -2.0,
            Self::Trail(_) => -3.0,
            Self::Progress(_) => -4.0,
            Self::Refresh(_) => -5.0,
        }
    }
}

impl Items {
    pub(crate) fn of(item: Item) -> External<Self> {
        Self::handle(vec![item])
    }

    pub(crate) fn handle(items: Vec<Item>) -> External<Self> {
        let bytes = items.iter().map(|item| ITEM_BYTES + weight(item)).sum();
        External::new_with_size_hint(Self(items), bytes)
    }

    pub(crate) fn get(&self, index: u32) -> Result<&Item> {
        self.0
            .get(index as usize)
            .ok_or_else(|| wrong("there is no such item"))
    }

    /// Takes an item out of its handle, which may live on for the sake of others.
    pub(crate) fn take(&mut self, index: u32) -> Result<Item> {
        let item = self.0.get_mut(index as usize);
        let item = item.ok_or_else(|| wrong("there is no such item"))?;
        Ok(std::mem::replace(item, Item::Taken))
    }

    pub(crate) fn response(&self, index: u32) -> Result<&Response> {
        match self.get(index)? {
            Item::Response(response) => Ok(response),
            _ => Err(wrong("the item is not a response")),
        }
    }

    pub(crate) fn trail(&self, index: u32) -> Result<&Trail> {
        let trail = match self.get(index)? {
            Item::Response(response) => Some(response.trail()),
            Item::Error(error) => error.trail(),
            Item::Trail(trail) => Some(trail),
            _ => None,
        };
        trail.ok_or_else(|| wrong("the item has no trail"))
    }
}

/// The TypeScript half asks an item for what it does not have.
pub(crate) fn wrong(what: &str) -> Error {
    Error::new(Status::InvalidArg, what)
}

/// The bytes of a body that a result keeps.
pub(crate) fn weight(item: &Item) -> usize {
    match item {
        Item::Response(response) => response.bytes().len(),
        Item::Error(error) => error.api().map_or(0, |api| api.body().len()),
        _ => 0,
    }
}
