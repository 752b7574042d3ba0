//! The fields of connections

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

use crate::cloud::reqtrail_connection;
use crate::numbers::seconds;

/// The number of text fields.
pub(crate) const TEXTS: usize = 4;

export! {
    /// Returns when the token expires, by Keystone's clock, in seconds since 1970; negative if there is none.
    fn reqtrail_connection_expires_at(connection: &reqtrail_connection) -> f64 {
        seconds(connection.session()?.expires_at()?)
    }

    /// Returns the ID of the project that the token is for; `NULL` for another scope.
    fn reqtrail_connection_project_id(connection: &reqtrail_connection) -> text[0] {
        connection.session()?.project_id()
    }

    /// Returns the name of the project that the token is for; `NULL` for another scope.
    fn reqtrail_connection_project_name(connection: &reqtrail_connection) -> text[1] {
        connection.session()?.project_name()
    }

    /// Returns the ID of the user that signed in; NULL if there is none.
    fn reqtrail_connection_user_id(connection: &reqtrail_connection) -> text[2] {
        connection.session()?.user_id()
    }

    /// Returns the name of the user that signed in; NULL if there is none.
    fn reqtrail_connection_user_name(connection: &reqtrail_connection) -> text[3] {
        connection.session()?.user_name()
    }
}
