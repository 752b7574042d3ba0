//! Replaces HTTP/2 in a build without the feature `http2` by types without values.
//!
//! No dialled connection uses HTTP/2 then, since it is not offered.

use std::convert::Infallible;
use std::future::Pending;
use std::sync::{Arc, Weak};

use http::Request;

use super::Pool;
use crate::transport::body::RequestBody;
use crate::transport::hyper::dial::Dialled;
use crate::transport::hyper::http1::ExchangeOutcome;
use crate::transport::{Failure, SentMark, TransportError};

/// A connection.
#[derive(Clone, Debug)]
pub(in crate::transport::hyper) struct Http2 {
    none: Infallible,
}

impl Http2 {
    pub(in crate::transport::hyper) async fn start(
        dialled: Dialled,
        _: &Pool,
    ) -> Result<(Self, Pending<()>), TransportError> {
        let what = format!(
            "{} chose HTTP/2, which needs the feature `http2` of the crate reqtrail",
            dialled.peer
        );
        Err(TransportError::new(Failure::Unusable, what))
    }

    pub(in crate::transport::hyper) fn is_usable(&self) -> bool {
        match self.none {}
    }

    pub(in crate::transport::hyper) fn is_trusted(&self) -> bool {
        match self.none {}
    }

    pub(in crate::transport::hyper) fn is_silent(&self) -> bool {
        match self.none {}
    }

    pub(in crate::transport::hyper) fn limit(&self) -> usize {
        match self.none {}
    }

    pub(in crate::transport::hyper) fn peer(&self) -> &Arc<str> {
        match self.none {}
    }
}

/// A stream of a connection.
#[derive(Debug)]
pub(in crate::transport::hyper) struct Stream {
    conn: Http2,
}

impl Stream {
    pub(in crate::transport::hyper) fn new(conn: Http2, _: Weak<Pool>) -> Self {
        Self { conn }
    }

    pub(in crate::transport::hyper) fn peer(&self) -> &Arc<str> {
        self.conn.peer()
    }

    pub(in crate::transport::hyper) async fn exchange(
        &mut self,
        _: Request<RequestBody>,
        _: &SentMark,
    ) -> ExchangeOutcome {
        match self.conn.none {}
    }

    pub(in crate::transport::hyper) fn is_first(&self) -> bool {
        match self.conn.none {}
    }

    pub(in crate::transport::hyper) fn is_own(&self) -> bool {
        match self.conn.none {}
    }

    pub(in crate::transport::hyper) fn ends(&mut self) {
        match self.conn.none {}
    }
}
