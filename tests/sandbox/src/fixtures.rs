//! The initial data of a sandbox. It is the same in every run, so that examples can show their output.

use std::collections::HashMap;
use std::time::Duration;

use crate::accounts;
use crate::clock::rfc3339_seconds;
use crate::store::{Camera, Event, Gateway, Role, Site, Store, User, uuid_from};

/// The time of the newest event in seconds since the epoch: 2026-11-21T18:00:00Z.
const NEWEST: u64 = 1_795_284_000;
const EVENTS: u64 = 120;

const SITES: [&str; 3] = ["Harbour Terminal", "Northgate Depot", "Old Town Museum"];

/// Name, site, connection mode, type and status of each camera.
const CAMERAS: [(&str, usize, &str, &str, &str); 12] = [
    ("Main Gate", 0, "gateway", "onvif", "online"),
    ("Quay 1 North", 0, "gateway", "rtsp", "online"),
    ("Quay 2 South", 0, "gateway", "rtsp", "online"),
    ("Container Yard", 0, "gateway", "onvif", "error"),
    ("Customs Hall", 0, "direct", "rtsp", "online"),
    ("Loading Dock", 1, "gateway", "onvif", "online"),
    ("Truck Park", 1, "gateway", "rtsp", "offline"),
    ("Fuel Station", 1, "gateway", "rtsp", "online"),
    ("Back Fence", 1, "direct", "rtsp", "disabled"),
    ("Ticket Desk", 2, "gateway", "onvif", "online"),
    ("East Gallery", 2, "gateway", "onvif", "online"),
    ("Courtyard", 2, "direct", "rtsp", "pending"),
];

/// Summaries of events by the AI analysis, with their tags.
const SIGHTINGS: [(&str, &[&str]); 6] = [
    ("A person walks past", &["person"]),
    ("A truck stops and drives on", &["vehicle", "truck"]),
    ("Two people carry a box", &["person", "package"]),
    ("A cat crosses", &["animal"]),
    ("A car waits with its lights on", &["vehicle", "car"]),
    ("A cyclist leaves", &["person", "bicycle"]),
];

/// Builds the whole organisation.
pub(crate) fn store() -> Store {
    let sites: Vec<Site> = (0..)
        .zip(SITES)
        .map(|(n, name)| Site { id: id(1, n), name })
        .collect();
    let gateways: Vec<Gateway> = (0..).zip(&sites).map(gateway).collect();
    let cameras: Vec<Camera> = (0..)
        .zip(CAMERAS)
        .map(|(n, row)| camera(n, row, &sites, &gateways))
        .collect();
    // A camera that never worked has no events.
    let working: Vec<&Camera> = cameras
        .iter()
        .filter(|camera| camera.status != "pending")
        .collect();
    let events = (0..EVENTS).map(|n| event(n, &working)).collect();
    Store {
        events,
        sites,
        gateways,
        cameras,
        users: users(),
        pairing_codes: Vec::new(),
        triggered: HashMap::new(),
    }
}

fn gateway((n, site): (u64, &Site)) -> Gateway {
    Gateway {
        id: id(2, n),
        name: format!("{} Gateway", site.name),
        site_id: site.id.clone(),
        status: "online",
        version: "1.1.0",
        local_ip: format!("192.0.2.{}", 10 + n),
        last_heartbeat_at: rfc3339_seconds(Duration::from_secs(NEWEST + 30)),
    }
}

fn camera(
    n: u64,
    (name, site, mode, kind, status): (&str, usize, &str, &str, &'static str),
    sites: &[Site],
    gateways: &[Gateway],
) -> Camera {
    Camera {
        id: id(3, n),
        name: name.to_owned(),
        site_id: sites[site].id.clone(),
        gateway_id: (mode == "gateway").then(|| gateways[site].id.clone()),
        connection_mode: mode.to_owned(),
        kind: kind.to_owned(),
        status,
        active_tier: "main",
    }
}

fn event(n: u64, cameras: &[&Camera]) -> Event {
    let dice = mix(n);
    let camera = cameras[(dice % cameras.len() as u64) as usize];
    let (trigger_type, ai_status) = match dice >> 8 & 15 {
        0 => ("manual", "skipped"),
        1 => ("motion", "failed"),
        2 => ("motion", "pending"),
        3..=9 => ("motion", "completed"),
        _ => ("ai_tag", "completed"),
    };
    let (summary, tags) = SIGHTINGS[(dice >> 16) as usize % SIGHTINGS.len()];
    let analysed = ai_status == "completed";
    let age = (EVENTS - 1 - n) * 37 * 60 + (dice >> 24) % 900;
    let id = id(4, n);
    Event {
        camera_id: camera.id.clone(),
        camera_name: camera.name.clone(),
        camera_deleted: false,
        trigger_type,
        // The newest event has no random part, so that its time is `NEWEST`.
        triggered_at: rfc3339_seconds(Duration::from_secs(if n + 1 == EVENTS {
            NEWEST
        } else {
            NEWEST - age
        })),
        summary: analysed.then_some(summary),
        tags: if analysed { tags.to_vec() } else { Vec::new() },
        ai_status,
        acknowledged: n < EVENTS / 2,
        starred: dice >> 40 & 15 == 0,
        snapshot_url: format!("https://media.example/snapshots/{id}.jpg"),
        site_id: camera.site_id.clone(),
        deleted: false,
        id,
    }
}

fn users() -> Vec<User> {
    let rows = [
        (
            "joao.pereira@harbour.example",
            "João Pereira",
            Role::Owner,
            true,
        ),
        (
            "ines.costa@harbour.example",
            "Inês Costa",
            Role::Admin,
            true,
        ),
        (accounts::EMAIL, "Maria Santos", Role::Operator, true),
        ("rui.alves@harbour.example", "Rui Alves", Role::Viewer, true),
        (
            accounts::DISABLED_EMAIL,
            "Former Colleague",
            Role::Operator,
            false,
        ),
    ];
    (0..)
        .zip(rows)
        .map(|(n, (email, display_name, role, enabled))| User {
            id: id(5, n),
            email,
            display_name,
            role,
            enabled,
            created_at: rfc3339_seconds(Duration::from_secs(NEWEST - (200 - n) * 86_400)),
        })
        .collect()
}

/// Makes the ID of item number `n` of a kind.
fn id(kind: u64, n: u64) -> String {
    let seed = kind << 32 | n;
    uuid_from(u128::from(mix(seed)) << 64 | u128::from(mix(!seed)))
}

/// Returns a pseudo-random number for `n` (SplitMix64's finaliser), the same on every machine.
fn mix(n: u64) -> u64 {
    let z = n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_data_is_the_same_in_every_run() {
        assert_eq!(format!("{:?}", store()), format!("{:?}", store()));
    }

    #[test]
    fn ids_are_unique_and_events_are_in_order() {
        let store = store();
        let mut ids: Vec<&String> = store.events.iter().map(|event| &event.id).collect();
        ids.extend(store.cameras.iter().map(|camera| &camera.id));
        ids.extend(store.sites.iter().map(|site| &site.id));
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 120 + 12 + 3);
        assert!(
            store
                .events
                .is_sorted_by(|a, b| a.triggered_at < b.triggered_at)
        );
        assert_eq!(store.events[119].triggered_at, "2026-11-21T18:00:00Z");
        assert_eq!(store.cameras[0].status, "online");
    }
}
