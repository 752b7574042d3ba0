//! What a client keeps of its calls, as its options say.

use std::sync::Arc;

use super::ClientOptions;
use crate::call::shared::Shared;
use crate::dialect::Dialect;
use crate::fork::ForkSafe;
use crate::recorder::line::About;
use crate::recorder::{Clock, Memory, Recorder, Sources, identity};
use crate::target::BaseUrl;

/// The memory of a client's calls, unless an option turns it off.
pub(super) fn memory(
    given: &ClientOptions,
    dialect: &Dialect,
    base: &BaseUrl,
) -> Option<Arc<ForkSafe<Memory>>> {
    if !given.recorder() {
        return None;
    }
    let slow = given.slow_after();
    let about = About {
        dialect: Arc::clone(&dialect.0.name),
        service: dialect.0.service.clone(),
        origin: Arc::clone(base.origin()),
    };
    // The child of a fork may find a lock that is held by a thread it does not have.
    let make = move || Memory::new(slow, about.clone());
    Some(Arc::new(ForkSafe::new(make(), make)))
}

/// The recorder of a client whose calls go by this clock.
pub(crate) fn recorder(shared: &Arc<Shared>, now: Clock) -> Recorder {
    let service = shared.service_name.clone();
    Recorder::new(Sources {
        memory: shared.memory.clone(),
        now,
        place: Arc::new(move || identity::place(service.as_deref())),
        #[cfg(feature = "journal")]
        journal: None,
    })
}
