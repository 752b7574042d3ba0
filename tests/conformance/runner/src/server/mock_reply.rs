//! Converts a mock's reply to the form of the server's log.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use reqtrail::testing::script::{Fault, Reply};

use super::log::Sent;
use super::rendered::{Addresses, RenderedReply};

/// Returns the head and the body of a reply; `None` if it sends none.
pub(crate) fn sent(reply: &Reply, method: &str) -> io::Result<Option<Sent>> {
    if matches!(
        reply.fault,
        Some(Fault::Close | Fault::Reset | Fault::Stall)
    ) {
        return Ok(None);
    }
    let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let addresses = Addresses {
        scheme: "http",
        main: nowhere,
        other: nowhere,
    };
    let (_, sent) = RenderedReply::render(reply)?.head(reply, method, &addresses);
    Ok(Some(sent))
}
