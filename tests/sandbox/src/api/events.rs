//! `/events`.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::ApiRequest;
use crate::auth::Caller;
use crate::fields::Fields;
use crate::paging::Page;
use crate::reply::{ApiError, Reply};
use crate::store::{Event, Store};

const TRIGGERS: [&str; 3] = ["motion", "ai_tag", "manual"];
const AI_STATUSES: [&str; 4] = ["pending", "completed", "skipped", "failed"];

pub(super) fn list(
    store: &Store,
    request: &ApiRequest,
    caller: &Caller,
) -> Result<Reply, ApiError> {
    let query = request.query();
    let site = query.uuid("site_id")?;
    if site.is_some_and(|site| !caller.sees(site)) {
        return Err(ApiError::forbidden("The caller may not see this site"));
    }
    let camera = query.uuid("camera_id")?;
    let from = read_time(&query, "date_from", "T00:00:00Z")?;
    let to = read_time(&query, "date_to", "T23:59:59Z")?;
    let trigger = query.one_of("trigger_type", &TRIGGERS)?;
    let ai_status = query.one_of("ai_status", &AI_STATUSES)?;
    let starred = query.boolean("starred")?;
    let page = Page::from_query("events", &query)?;
    // Newest first. The position of an event never changes, so its rank does not either.
    let newest_first = store.events.iter().enumerate().rev();
    let ranked = newest_first.map(|(place, event)| (u64::MAX - place as u64, event));
    let events = ranked.filter(|(_, event)| {
        !event.deleted
            && caller.sees(&event.site_id)
            && site.is_none_or(|site| event.site_id == site)
            && camera.is_none_or(|camera| event.camera_id == camera)
            && trigger.is_none_or(|trigger| event.trigger_type == trigger)
            && ai_status.is_none_or(|status| event.ai_status == status)
            && starred.is_none_or(|starred| event.starred == starred)
            && is_between(event, from, to)
    });
    Ok(Reply::ok(&page.of(events)))
}

pub(super) fn get(store: &Store, id: &str, caller: &Caller) -> Result<Reply, ApiError> {
    let seen = |event: &Event| !event.deleted && caller.sees(&event.site_id);
    let index = find(store, id)?;
    if !seen(&store.events[index]) {
        return Err(ApiError::not_found("event"));
    }
    let (before, after) = (&store.events[..index], &store.events[index + 1..]);
    let previous = before
        .iter()
        .rev()
        .find(|event| seen(event))
        .map(|event| event.id.as_str());
    let next = after
        .iter()
        .find(|event| seen(event))
        .map(|event| event.id.as_str());
    Ok(Reply::ok(&store.events[index].to_detail(previous, next)))
}

/// Changes the fields that a PATCH names. The response with the whole event is a choice.
pub(super) fn update(store: &mut Store, id: &str, request: &ApiRequest) -> Result<Reply, ApiError> {
    let index = find(store, id)?;
    let fields = Fields::from_body(&request.body, "validation_failed")?;
    let acknowledged = fields.boolean("acknowledged")?;
    let starred = fields.boolean("starred")?;
    if acknowledged.is_none() && starred.is_none() {
        return Err(fields.invalid("acknowledged", "is required if starred is absent"));
    }
    let event = &mut store.events[index];
    event.acknowledged = acknowledged.unwrap_or(event.acknowledged);
    event.starred = starred.unwrap_or(event.starred);
    Ok(Reply::ok(&json!(event)))
}

pub(super) fn delete(store: &mut Store, id: &str) -> Result<Reply, ApiError> {
    let index = find(store, id)?;
    store.events[index].deleted = true;
    Ok(Reply::no_content())
}

fn find(store: &Store, id: &str) -> Result<usize, ApiError> {
    store
        .event_index(id)
        .ok_or_else(|| ApiError::not_found("event"))
}

/// Parses an RFC 3339 time, or a date in UTC with the time of day `end`.
fn read_time(query: &Fields, field: &str, end: &str) -> Result<Option<Timestamp>, ApiError> {
    let Some(text) = query.optional(field)? else {
        return Ok(None);
    };
    let time = match text.parse::<Date>() {
        Ok(_) if text.len() == 10 => format!("{text}{end}").parse(),
        _ => text.parse::<Timestamp>(),
    };
    let why = "must be an RFC 3339 time or a date like 2026-11-21";
    time.map(Some).map_err(|_| query.invalid(field, why))
}

fn is_between(event: &Event, from: Option<Timestamp>, to: Option<Timestamp>) -> bool {
    let Ok(time) = event.triggered_at.parse::<Timestamp>() else {
        return false;
    };
    from.is_none_or(|from| time >= from) && to.is_none_or(|to| time <= to)
}
