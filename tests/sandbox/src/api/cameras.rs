//! `/cameras`.

use std::time::Duration;

use http::StatusCode;
use serde_json::json;

use super::ApiRequest;
use crate::auth::Caller;
use crate::bucket::ceil_seconds;
use crate::clock::rfc3339_seconds;
use crate::fields::Fields;
use crate::paging::Page;
use crate::reply::{ApiError, Reply};
use crate::store::{Camera, Event, Store, new_uuid};

const STATUSES: [&str; 5] = ["online", "offline", "pending", "error", "disabled"];
const KINDS: [&str; 2] = ["rtsp", "onvif"];
const MODES: [&str; 2] = ["gateway", "direct"];
const TRIGGER_PAUSE: Duration = Duration::from_secs(5);
/// The greatest number of cameras, so that an endless loop of a client does not fill the memory.
const MAX_CAMERAS: usize = 10_000;

pub(super) fn list(
    store: &Store,
    request: &ApiRequest,
    caller: &Caller,
) -> Result<Reply, ApiError> {
    let query = request.query();
    let site = query.uuid("site_id")?;
    let gateway = query.uuid("gateway_id")?;
    let status = query.one_of("status", &STATUSES)?;
    let kind = query.one_of("type", &KINDS)?;
    let mode = query.one_of("connection_mode", &MODES)?;
    let page = Page::from_query("cameras", &query)?;
    let cameras = (0..).zip(&store.cameras).filter(|(_, camera)| {
        caller.sees(&camera.site_id)
            && site.is_none_or(|site| camera.site_id == site)
            && gateway.is_none_or(|gateway| camera.gateway_id.as_deref() == Some(gateway))
            && status.is_none_or(|status| camera.status == status)
            && kind.is_none_or(|kind| camera.kind == kind)
            && mode.is_none_or(|mode| camera.connection_mode == mode)
    });
    Ok(Reply::ok(&page.of(cameras)))
}

pub(super) fn get(store: &Store, id: &str, caller: &Caller) -> Result<Reply, ApiError> {
    let camera = store
        .camera(id)
        .filter(|camera| caller.sees(&camera.site_id));
    let camera = camera.ok_or_else(|| ApiError::not_found("camera"))?;
    Ok(Reply::ok(&json!(camera)))
}

pub(super) fn create(store: &mut Store, request: &ApiRequest) -> Result<Reply, ApiError> {
    let fields = Fields::from_body(&request.body, "validation_failed")?;
    let camera = read_camera(store, &fields)?;
    let same = |other: &Camera| other.name.to_lowercase() == camera.name.to_lowercase();
    if store.cameras.iter().any(same) {
        let message = format!("There is already a camera named {:?}", camera.name);
        return Err(ApiError::conflict(message));
    }
    if store.cameras.len() >= MAX_CAMERAS {
        return Err(ApiError::conflict(
            "The organisation has all the cameras it may have",
        ));
    }
    let reply = Reply::json(StatusCode::CREATED, &json!(camera));
    store.cameras.push(camera);
    Ok(reply)
}

/// Checks the fields in the order in which the vendor's page lists them.
fn read_camera(store: &Store, fields: &Fields) -> Result<Camera, ApiError> {
    fields.required("site_id")?;
    let site_id = fields.uuid("site_id")?.unwrap_or_default();
    if !store.has_site(site_id) {
        return Err(fields.invalid("site_id", "is not a site of this organisation"));
    }
    let gateway_id = fields.uuid("gateway_id")?;
    let mode = fields
        .one_of("connection_mode", &MODES)?
        .unwrap_or("gateway");
    if mode == "gateway" {
        let id = fields.required("gateway_id")?;
        let known =
            |gateway: &crate::store::Gateway| gateway.id == id && gateway.site_id == site_id;
        if !store.gateways.iter().any(known) {
            return Err(fields.invalid("gateway_id", "is not a gateway of this site"));
        }
    }
    let name = fields.text("name", 100)?;
    fields.required("type")?;
    let kind = fields.one_of("type", &KINDS)?.unwrap_or_default();
    Ok(Camera {
        id: new_uuid(),
        name: name.to_owned(),
        site_id: site_id.to_owned(),
        gateway_id: gateway_id.filter(|_| mode == "gateway").map(str::to_owned),
        connection_mode: mode.to_owned(),
        kind: kind.to_owned(),
        // A gateway tries the camera while the caller waits. A direct camera registers later.
        status: if mode == "gateway" {
            "online"
        } else {
            "pending"
        },
        active_tier: "main",
    })
}

/// Records a clip by hand. The response (202 with the new event's ID) is a choice.
pub(super) fn trigger(store: &mut Store, id: &str, now: Duration) -> Result<Reply, ApiError> {
    let camera = store
        .camera(id)
        .ok_or_else(|| ApiError::not_found("camera"))?
        .clone();
    if camera.status != "online" {
        return Err(ApiError::conflict(format!(
            "The camera is {}",
            camera.status
        )));
    }
    let next = store.triggered.get(id).map(|last| *last + TRIGGER_PAUSE);
    if let Some(next) = next.filter(|next| *next > now) {
        let message = "A camera can be triggered once in 5 seconds";
        return Err(ApiError::rate_limited(
            message,
            Some(ceil_seconds(next - now)),
        ));
    }
    store.triggered.insert(id.to_owned(), now);
    let event = manual_event(camera, now);
    let body = json!({
        "event_id": event.id,
        "camera_id": event.camera_id,
        "triggered_at": event.triggered_at,
    });
    store.events.push(event);
    Ok(Reply::json(StatusCode::ACCEPTED, &body))
}

fn manual_event(camera: Camera, now: Duration) -> Event {
    let id = new_uuid();
    Event {
        camera_id: camera.id,
        camera_name: camera.name,
        camera_deleted: false,
        trigger_type: "manual",
        triggered_at: rfc3339_seconds(now),
        summary: None,
        tags: Vec::new(),
        ai_status: "pending",
        acknowledged: false,
        starred: false,
        snapshot_url: format!("https://media.example/snapshots/{id}.jpg"),
        site_id: camera.site_id,
        deleted: false,
        id,
    }
}
