//! A client's recorder, which remembers its calls.

use napi::bindgen_prelude::{Either, Error, External, Result, Status};
use napi_derive::napi;
use reqtrail::{RecentFilter, Recorder, Trail};
use serde::Serialize;

use crate::items::Items;
use crate::values::{self, RawValues, refusal};

/// A client's recorder, which may outlive the client.
#[napi]
pub struct RawRecorder(pub(crate) Recorder);

/// The trails that were found, as the items of a handle.
#[napi(object, object_from_js = false)]
pub struct RawTrails {
    pub trails: External<Items>,
    pub trail_count: u32,
}

#[napi]
impl RawRecorder {
    #[napi(catch_unwind)]
    pub fn find(&self, id: String) -> RawTrails {
        raw(self.0.find(&id))
    }

    /// The calls that match a filter, or the text of a `TypeError`.
    #[napi(catch_unwind)]
    pub fn recent(&self, options: RawValues) -> Either<RawTrails, String> {
        let mut filter = RecentFilter::default();
        let set = values::set(options, RecentFilter::OPTIONS, |id, value| {
            filter.set(id, value)
        });
        match set {
            Ok(()) => Either::A(raw(self.0.recent(&filter))),
            Err(error) => Either::B(refusal(&error)),
        }
    }

    /// The calls under way, as JSON.
    #[napi(catch_unwind)]
    pub fn in_flight(&self) -> Result<String> {
        json(&self.0.in_flight())
    }

    /// How much it holds, as JSON.
    #[napi(catch_unwind)]
    pub fn stats(&self) -> Result<String> {
        json(&self.0.stats())
    }

    #[napi(catch_unwind)]
    pub fn dump(&self) -> String {
        self.0.dump()
    }
}

fn raw(trails: Vec<Trail>) -> RawTrails {
    RawTrails {
        trail_count: u32::try_from(trails.len()).unwrap_or(u32::MAX),
        trails: Items::trails(trails),
    }
}

fn json(record: &impl Serialize) -> Result<String> {
    let fail = |error: serde_json::Error| Error::new(Status::GenericFailure, error.to_string());
    serde_json::to_string(record).map_err(fail)
}
