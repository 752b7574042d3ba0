//! OpenStack: clouds and connections

use std::ffi::c_char;

use reqtrail::CancelToken;
use reqtrail::openstack::{Cloud, Connection, Session};

use crate::cancel::reqtrail_cancel_token;
use crate::error::reqtrail_error;
use crate::memory::{free, hand_over};
use crate::numbers::{numbered, seconds};
use crate::text::{Texts, text};
use crate::trail::reqtrail_trail;

/// What a program knows of a cloud. All threads may use it at the same time.
pub struct reqtrail_cloud {
    cloud: Cloud,
    notes: Texts<1>,
}

impl reqtrail_cloud {
    fn new(cloud: Cloud) -> Self {
        Self {
            cloud,
            notes: Texts::default(),
        }
    }
}

/// A cloud that has been signed in to. All threads may use it at the same time; what it gives is borrowed from it.
pub struct reqtrail_connection {
    connection: Connection,
    trail: Option<reqtrail_trail>,
    texts: Texts<5>,
}

numbered! { usize:
    ENDPOINT PROJECT_ID PROJECT_NAME USER_ID USER_NAME
}

impl reqtrail_connection {
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    fn session(&self) -> Option<&Session> {
        self.connection.session()
    }
}

export! {
    /// Finds the cloud that the environment means: clouds.yaml and OS_CLOUD, or the OS_* variables, as openstacksdk reads
    /// them. The caller frees *cloud. Errors: REQTRAIL_ERROR_CONFIG says what is missing or wrong.
    fn reqtrail_cloud_from_env(cloud: *mut *mut reqtrail_cloud, error: *mut *mut reqtrail_error)
    needs [] fills [cloud] reports [error] {
        hand_over(cloud, reqtrail_cloud::new(Cloud::from_env()?));
        Ok(())
    }

    /// Finds a cloud of clouds.yaml by its name. The caller frees *cloud. Errors: as for `reqtrail_cloud_from_env`.
    fn reqtrail_cloud_named(
        name: *const c_char,
        name_length: usize,
        cloud: *mut *mut reqtrail_cloud,
        error: *mut *mut reqtrail_error,
    ) needs [] fills [cloud] reports [error] {
        hand_over(cloud, reqtrail_cloud::new(Cloud::named(text(name, name_length, "name")?)?));
        Ok(())
    }

    /// Finds the cloud of a name, or with an empty name the one that the environment means, in a region, or with an empty
    /// one where the configuration says. The caller frees *cloud. Errors: as for `reqtrail_cloud_from_env`.
    fn reqtrail_cloud_find(
        name: *const c_char,
        name_length: usize,
        region: *const c_char,
        region_length: usize,
        cloud: *mut *mut reqtrail_cloud,
        error: *mut *mut reqtrail_error,
    ) needs [] fills [cloud] reports [error] {
        let given = |text: &'static str| Some(text).filter(|text| !text.is_empty());
        let name = given(text(name, name_length, "name")?);
        let region = given(text(region, region_length, "region")?);
        hand_over(cloud, reqtrail_cloud::new(Cloud::find(name, region)?));
        Ok(())
    }

    /// Makes a cloud of its description as JSON: what an entry of clouds.yaml has. The caller frees *cloud.
    ///
    /// Errors: REQTRAIL_ERROR_CONFIG says what is missing or wrong.
    fn reqtrail_cloud_from_json(
        json: *const c_char,
        json_length: usize,
        cloud: *mut *mut reqtrail_cloud,
        error: *mut *mut reqtrail_error,
    ) needs [] fills [cloud] reports [error] {
        hand_over(cloud, reqtrail_cloud::new(Cloud::from_json(text(json, json_length, "json")?)?));
        Ok(())
    }

    /// Returns what is odd about the configuration without being wrong, one note per line: variables such as
    /// OS_REGION_NAME that differ from the cloud that OS_CLOUD names, and are not used. It has no secrets. NULL if nothing
    /// is.
    fn reqtrail_cloud_notes(cloud: *const reqtrail_cloud, length: *mut usize)
    -> *const c_char [cloud] length [length] {
        let notes = || Some(cloud.cloud.notes().join("\n")).filter(|notes| !notes.is_empty());
        cloud.notes.give(0, length, notes)
    }

    /// Frees a cloud. NULL is allowed.
    fn reqtrail_cloud_free(cloud: *mut reqtrail_cloud) [] { free(cloud); }

    /// Signs in at the cloud's Keystone, on this thread. `cancel` may be NULL; another thread can end it by it.
    ///
    /// The caller frees *connection. Errors: those of any call, with the trail of the sign-in, and REQTRAIL_ERROR_CONFIG.
    fn reqtrail_cloud_connect(
        cloud: *const reqtrail_cloud,
        cancel: *const reqtrail_cancel_token,
        connection: *mut *mut reqtrail_connection,
        error: *mut *mut reqtrail_error,
    ) needs [cloud] fills [connection] reports [error] {
        let cancel = cancel.as_ref().map_or_else(CancelToken::new, |token| token.0.clone());
        let connected = cloud.cloud.connect_hosted(&cancel, None)?;
        let trail = connected.session().map(|session| session.trail().clone());
        let made = reqtrail_connection {
            connection: connected,
            trail: trail.map(reqtrail_trail::new),
            texts: Texts::default(),
        };
        hand_over(connection, made);
        Ok(())
    }

    /// Returns the URL of the compute API; NULL if there is none, and `reqtrail_client_new` then says why.
    fn reqtrail_connection_endpoint(connection: *const reqtrail_connection, length: *mut usize)
    -> *const c_char [connection] length [length] {
        connection.texts.give(ENDPOINT, length, || connection.connection.endpoint().ok())
    }

    /// Returns when the token ends, in seconds since 1970; negative if that is not known.
    fn reqtrail_connection_expires_at(connection: *const reqtrail_connection) -> f64 [connection] {
        seconds(connection.session()?.expires_at()?)
    }

    /// Returns the ID of the project that the token is for; NULL for another scope.
    fn reqtrail_connection_project_id(connection: *const reqtrail_connection, length: *mut usize)
    -> *const c_char [connection] length [length] {
        connection.texts.give(PROJECT_ID, length, || connection.session()?.project_id())
    }

    /// Returns the name of the project that the token is for; NULL for another scope.
    fn reqtrail_connection_project_name(connection: *const reqtrail_connection, length: *mut usize)
    -> *const c_char [connection] length [length] {
        connection.texts.give(PROJECT_NAME, length, || connection.session()?.project_name())
    }

    /// Returns the ID of the user that signed in; NULL without a sign-in.
    fn reqtrail_connection_user_id(connection: *const reqtrail_connection, length: *mut usize)
    -> *const c_char [connection] length [length] {
        connection.texts.give(USER_ID, length, || connection.session()?.user_id())
    }

    /// Returns the name of the user that signed in; NULL without a sign-in.
    fn reqtrail_connection_user_name(connection: *const reqtrail_connection, length: *mut usize)
    -> *const c_char [connection] length [length] {
        connection.texts.give(USER_NAME, length, || connection.session()?.user_name())
    }

    /// Returns the trail of the sign-in, which is the connection's own; NULL without a sign-in.
    fn reqtrail_connection_trail(connection: *const reqtrail_connection) -> *const reqtrail_trail [connection] {
        connection.trail.as_ref().map(std::ptr::from_ref)
    }

    /// Frees a connection; clients that were made from it stay signed in. NULL is allowed.
    fn reqtrail_connection_free(connection: *mut reqtrail_connection) [] { free(connection); }
}
