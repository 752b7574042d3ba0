//! Starting and stopping.

use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use reqtrail_sandbox::{Incident, Sandbox, SandboxOptions};

use crate::support::{Client, start};

#[test]
fn a_taken_port_is_an_error_that_names_it() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = taken.local_addr().expect("an address").port();
    let error = Sandbox::start(SandboxOptions::default().port(port)).expect_err("a taken port");
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    assert!(
        error.to_string().contains(&format!("127.0.0.1:{port}")),
        "{error}"
    );
}

#[test]
fn addresses_agree() {
    let sandbox = start();
    let address = sandbox.address();
    assert!(address.ip().is_loopback());
    assert_eq!(sandbox.base_url(), format!("http://{address}/api/v1"));
    assert_eq!(sandbox.control_url(), format!("http://{address}/__sandbox"));
}

#[test]
fn dropping_stops_the_server_and_its_connections() {
    let sandbox = start();
    let address = sandbox.address();
    sandbox.inject(Incident::stall());
    let client = Client::of(&sandbox);
    let mut stalled = client
        .open("GET", "/api/v1/events", &[], "")
        .expect("a connection");
    drop(sandbox);
    let mut rest = Vec::new();
    // The connection may end orderly or with a reset: that depends on how much the server had read.
    let _ = stalled.read_to_end(&mut rest);
    assert!(rest.is_empty());
    let error = TcpStream::connect(address).expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn sandboxes_are_independent() {
    let (one, other) = (start(), start());
    one.inject(Incident::internal_error());
    Client::of(&other).get("/events").accepted(200);
    Client::of(&one)
        .get("/events")
        .refused(500, "internal_error");
    assert_eq!((one.requests().len(), other.requests().len()), (1, 1));
}
