//! Lists of resources that a service filters by name, page by page.

use std::time::Duration;

use serde::Deserialize;

use super::call_group::CallGroup;
use super::get::Get;
use super::lenient::{self, Link};
use super::pages::{AfterPage, Pages, endless};
use crate::client::Client;
use crate::codes::ErrorKind;
use crate::error::Error;

/// How many IDs an ambiguous name's error lists at most.
pub(in crate::openstack) const LISTED: usize = 5;

/// A page of servers, volumes, snapshots or images.
#[derive(Deserialize)]
pub(in crate::openstack) struct NamePage {
    #[serde(
        alias = "servers",
        alias = "volumes",
        alias = "snapshots",
        alias = "images",
        deserialize_with = "lenient::rows"
    )]
    rows: Vec<NameRow>,
    #[serde(
        default,
        alias = "servers_links",
        alias = "volumes_links",
        alias = "snapshots_links",
        deserialize_with = "lenient::rows"
    )]
    links: Vec<Link>,
    /// The link to the next page, as Glance has it.
    #[serde(default, deserialize_with = "lenient::optional")]
    next: Option<String>,
}

/// A resource as a list shows it.
#[derive(Deserialize)]
struct NameRow {
    id: String,
    #[serde(default, deserialize_with = "lenient::optional")]
    name: Option<String>,
}

/// Returns the UUIDs of the resources that have exactly this name, a few at most. `list` makes the request for the page after
/// a marker.
///
/// # Errors
/// Those of the calls; `decode` if the list does not end, since its rest may have the name, too.
pub(in crate::openstack) async fn ids(
    calls: &mut CallGroup,
    name: &str,
    timeout: Option<Duration>,
    list: impl Fn(Option<&str>) -> Get<Client, NamePage>,
) -> Result<Vec<String>, Error> {
    let mut ids = Vec::new();
    let mut pages = Pages::default();
    loop {
        let page = calls.ask(list(pages.marker()), timeout).await?;
        let has_next = page.next.is_some() || page.links.iter().any(Link::is_next);
        let last = page.rows.last().map(|row| row.id.clone());
        // Another database may read the filter differently, or it may be ignored, so the whole name decides.
        for row in page.rows {
            // Pages may overlap while resources come and go.
            if row.name.as_deref() == Some(name) && !ids.contains(&row.id) {
                ids.push(row.id);
            }
        }
        match pages.passed(has_next, last) {
            AfterPage::End => return Ok(ids),
            _ if ids.len() > LISTED => return Ok(ids),
            AfterPage::Page => {}
            AfterPage::Endless => break,
        }
    }
    let text = format!(
        "{}; expected a service that filters it by name",
        endless("the list of names")
    );
    let error = Error::new(ErrorKind::Decode, text);
    Err(match calls.trails.last() {
        Some(trail) => error.with_trail(trail.refused_with(ErrorKind::Decode)),
        None => error,
    })
}
