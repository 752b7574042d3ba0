//! A sample folder: the journals of three programs on one afternoon.

use crate::common::journal::{Attempt, Call, Folder, Open, ProcessLock};

pub(crate) const BUSY: [&str; 3] = [
    "req_01M8C2S0QAAAAAAAAAAAAAAAA1",
    "req_01M8C2S1A2AAAAAAAAAAAAAAA2",
    "req_01M8C2S290AAAAAAAAAAAAAAA3",
];
pub(crate) const CREATED: &str = "req_01M8C2RZ8RAAAAAAAAAAAAAAA4";

/// The sample folder.
pub(crate) struct Sample {
    pub(crate) folder: Folder,
    /// The lock of the live process `checkout`.
    pub(crate) checkout: Option<ProcessLock>,
}

pub(crate) fn sample() -> Sample {
    let folder = Folder::new();

    // Notable records are in odd segments, others in even ones.
    let mut checkout = folder.process("checkout", "web-1", 4242, "2026-11-26T13:00:00Z");
    checkout.use_segment(2);
    checkout.call(
        &Call::new(1, "GET", "/cameras", "2026-11-26T13:00:01.000Z")
            .attempt(Attempt::status(200).id("req_01M8BZ213JAAAAAAAAAAAAAAA0")),
    );
    checkout.use_segment(1);
    checkout.call(
        &Call::new(2, "GET", "/cameras/{id}", "2026-11-26T14:05:00.000Z")
            .attempt(Attempt::status(503).id(BUSY[0]).code("service_unavailable"))
            .attempt(Attempt::status(503).id(BUSY[1]).code("service_unavailable"))
            .attempt(Attempt::status(503).id(BUSY[2]).code("service_unavailable"))
            .took(1_620)
            .fails("api", "attempts_exhausted"),
    );
    checkout.use_segment(2);
    checkout.call(
        &Call::new(3, "POST", "/cameras", "2026-11-26T14:04:58.500Z")
            .attempt(Attempt::status(201).id(CREATED).body_id("body-id-0001"))
            .took(12_500),
    );
    checkout.use_segment(1);
    checkout.call(
        &Call::new(4, "GET", "/events", "2026-11-26T14:10:00.000Z")
            .attempt(Attempt::failure("connect", Some("ECONNREFUSED")))
            .fails("connect", "attempts_exhausted"),
    );
    checkout.lost(3, "2026-11-26T14:11:00Z");
    // In flight while the process is alive.
    checkout.fill_slot(
        0,
        &Open::new(5, "POST", "/recordings", "2026-11-26T14:12:00.250000Z").attempt(2),
    );
    // The call has its record, but the process had no time to clear the slot.
    checkout.fill_slot(
        7,
        &Open::new(3, "POST", "/cameras", "2026-11-26T14:04:58.510000Z"),
    );

    // A container that was killed during a POST.
    let mut billing = folder.process("billing", "pod-7", 1, "2026-11-26T14:00:00Z");
    billing.opened(&Open::new(
        20,
        "POST",
        "/invoices",
        "2026-11-26T14:06:00.000000Z",
    ));
    billing.opened(&Open::new(
        21,
        "POST",
        "/invoices",
        "2026-11-26T14:06:01.000000Z",
    ));
    billing.opened(&Open::new(
        22,
        "PATCH",
        "/invoices/{id}",
        "2026-11-26T14:06:02.000000Z",
    ));
    billing.closed(20, "2026-11-26T14:06:03Z");
    billing.call(
        &Call::new(21, "POST", "/invoices", "2026-11-26T14:06:01.000Z")
            .attempt(Attempt::failure("timeout", None))
            .took(3_000)
            .fails("timeout", "unsafe_to_retry"),
    );
    billing.fill_slot(
        0,
        &Open::new(23, "POST", "/invoices", "2026-11-26T14:07:00.000000Z").correlated(),
    );
    billing.fill_slot(
        1,
        &Open::new(24, "POST", "/invoices", "2026-11-26T14:07:00.000000Z"),
    );
    billing.clear_slot(1);

    let mut nova = folder.process("nova-sync", "web-1", 99, "2026-11-26T12:00:00Z");
    nova.call(
        &Call::new(
            40,
            "DELETE",
            "/servers/{server_id}",
            "2026-11-26T12:00:05.000Z",
        )
        .attempt(Attempt::status(409).id("req-3f0c9f0e-6f0c-4a52-9a25-1de1f4b5a001"))
        .openstack("compute")
        .fails("api", "not_retryable"),
    );
    nova.write_raw(b"another program's line\n{\"level\":\"info\",\"msg\":\"not ours\"}\n");

    let checkout = Some(checkout.live());
    Sample { folder, checkout }
}
