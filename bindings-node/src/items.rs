//! Results in native memory, several to a handle.

use napi::bindgen_prelude::{Error, External, Result, Status};
use reqtrail::openstack::OperationReport;
use reqtrail::{Response, Trail};

/// What a call, a flow or an event has given.
pub(crate) enum Item {
    Response(Response),
    Error(reqtrail::Error),
    Trail(Trail),
    /// `None` if the operation panicked, or once it is taken.
    Report(Option<Box<OperationReport>>),
}

/// Some items behind one handle: a handle each would cost more than the calls' own objects.
pub struct Items(pub(crate) Vec<Item>);

/// What the items of a call weigh in memory, without their bodies; the collector is told.
const ITEM_BYTES: usize = 2048;

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
            .ok_or_else(|| Error::new(Status::InvalidArg, "no such item"))
    }

    pub(crate) fn response(&self, index: u32) -> Result<&Response> {
        match self.get(index)? {
            Item::Response(response) => Ok(response),
            _ => Err(Error::new(Status::InvalidArg, "the item is no response")),
        }
    }

    pub(crate) fn trail(&self, index: u32) -> Result<&Trail> {
        let trail = match self.get(index)? {
            Item::Response(response) => Some(response.trail()),
            Item::Error(error) => error.trail(),
            Item::Trail(trail) => Some(trail),
            Item::Report(_) => None,
        };
        trail.ok_or_else(|| Error::new(Status::InvalidArg, "the item has no trail"))
    }
}

/// The bytes of a body that a result keeps.
pub(crate) fn weight(item: &Item) -> usize {
    match item {
        Item::Response(response) => response.bytes().len(),
        Item::Error(error) => error.api().map_or(0, |api| api.body().len()),
        Item::Trail(_) | Item::Report(_) => 0,
    }
}
