//! What a client keeps of its calls, according to its options.

use std::sync::Arc;

use super::ClientOptions;
use crate::call::keeper::CallKeeper;
use crate::call::shared::Shared;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::fork::ForkSafe;
#[cfg(all(feature = "journal", unix))]
use crate::journal::{ClientJournal, switch};
#[cfg(feature = "journal")]
use crate::recorder::JournalSource;
use crate::recorder::line::About;
use crate::recorder::{Clock, Memory, Recorder, Sources};
#[cfg(all(feature = "journal", unix))]
use crate::request::check_timeout;
use crate::target::BaseUrl;

/// Makes the stores in which a client keeps its calls.
pub(super) fn keeper(
    given: &ClientOptions,
    dialect: &Dialect,
    base: &BaseUrl,
    is_real: bool,
    warnings: &mut Vec<String>,
) -> Result<Arc<CallKeeper>, Error> {
    #[cfg(not(all(feature = "journal", unix)))]
    {
        let _ = (is_real, warnings);
        no_journal(given)?;
    }
    Ok(Arc::new(CallKeeper {
        memory: memory(given, dialect, base),
        #[cfg(all(feature = "journal", unix))]
        journal: journal(given, is_real, warnings)?,
    }))
}

/// The memory of a client's calls, unless an option turns it off.
fn memory(
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
    // The child of a fork may find a lock held by a thread that it does not have.
    let make = move || Memory::new(slow, about.clone());
    Some(Arc::new(ForkSafe::new(make(), make)))
}

/// The recorder of a client whose calls use this clock.
pub(crate) fn recorder(shared: &Arc<Shared>, now: Clock) -> Recorder {
    Recorder::new(Sources {
        memory: shared.keeper.memory.clone(),
        now,
        service_name: shared.service_name.clone(),
        #[cfg(feature = "journal")]
        journal: journal_source(shared),
    })
}

#[cfg(feature = "journal")]
fn journal_source(shared: &Shared) -> Option<JournalSource> {
    #[cfg(unix)]
    if let Some(journal) = &shared.keeper.journal {
        let journal = Arc::clone(journal);
        return Some(Arc::new(move || journal.stats()));
    }
    let _ = shared;
    None
}

/// Checks the options of the journal, and opens it if they, or the environment, ask for one.
#[cfg(all(feature = "journal", unix))]
fn journal(
    given: &ClientOptions,
    is_real: bool,
    warnings: &mut Vec<String>,
) -> Result<Option<Arc<ClientJournal>>, Error> {
    // A program that reads an unset variable itself passes an empty text.
    if given
        .journal
        .as_deref()
        .is_some_and(|folder| folder.as_os_str().is_empty())
    {
        return Err(Error::config(
            "journal is empty; expected the path of a folder such as /var/lib/reqtrail, or no such option",
        ));
    }
    if let Some(bytes) = given.journal_max_bytes
        && bytes < switch::LEAST_BYTES
    {
        return Err(Error::config(format!(
            "journal_max_bytes is {bytes}; expected {} or more",
            switch::LEAST_BYTES
        )));
    }
    check_timeout("journal_max_age", given.journal_max_age()).map_err(Error::config)?;
    let asked = switch::JournalOptions {
        folder: given.journal.clone(),
        service: given.service_name.clone(),
        policy: given.journal_policy,
        sync: given.journal_sync,
        fsync: given.journal_fsync(),
        urls: given.journal_urls.unwrap_or_default(),
        max_bytes: given.journal_max_bytes,
        max_age: given.journal_max_age(),
        slow: given.slow_after(),
    };
    let journal = match is_real {
        true => switch::open(asked, warnings),
        false => switch::open_by_options(asked, warnings),
    };
    Ok(journal.map(Arc::new))
}

/// Refuses a journal, which this build cannot write.
#[cfg(not(all(feature = "journal", unix)))]
fn no_journal(given: &ClientOptions) -> Result<(), Error> {
    match &given.journal {
        Some(_) => Err(Error::config(
            "journal needs the feature `journal` of the crate, and a Unix; expected both, or no such option",
        )),
        None => Ok(()),
    }
}
