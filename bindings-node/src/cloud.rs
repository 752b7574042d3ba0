//! Clouds, sign-ins, and connections.

use napi::Status;
use napi::bindgen_prelude::{Either, Env, Error, External, Float64ArraySlice, Object, Result};
use napi_derive::napi;
use reqtrail::CancelToken;
use reqtrail::host::mailbox::Mailbox;
use reqtrail::host::{Owner, Spelling};
use reqtrail::openstack::{Cloud, Connection, ServiceOptions};

use crate::items::Items;
use crate::loop_handle::NotifyFunction;
use crate::mailbox::{LoopMailbox, reason};
use crate::reading::{RawReport, take_output};

/// The description of a cloud, before signing in.
#[napi]
pub struct RawCloud(Cloud);

/// A cloud, or the error if its description is wrong.
type CloudOrError = Either<RawCloud, External<Items>>;

/// Reads a description: an entry of `clouds.yaml` as JSON.
#[napi(catch_unwind)]
pub fn cloud_from_json(json: String) -> CloudOrError {
    cloud_or_error(Cloud::from_json(&json))
}

/// Returns the error text for names that are not options of a cloud; `null` if all names are options.
#[napi(catch_unwind)]
pub fn unknown_of_cloud(names: Vec<String>) -> Option<String> {
    Owner::unknown_of_cloud(&names, Spelling::Node)
}

/// Finds the cloud with this name, or the one that the environment selects.
#[napi(catch_unwind)]
pub fn find_cloud(name: Option<String>, region: Option<String>) -> CloudOrError {
    cloud_or_error(Cloud::find(name.as_deref(), region.as_deref()))
}

fn cloud_or_error(cloud: std::result::Result<Cloud, reqtrail::Error>) -> CloudOrError {
    match cloud {
        Ok(cloud) => Either::A(RawCloud(cloud)),
        Err(error) => Either::B(Items::error(error)),
    }
}

#[napi]
impl RawCloud {
    /// Notes on what is unusual in the configuration but not wrong.
    #[napi(catch_unwind)]
    pub fn notes(&self) -> Vec<String> {
        self.0.notes().to_vec()
    }

    /// Signs in on a new thread, which a program does once. `notify` is called when the sign-in has ended, and when
    /// there are events; `attempts` and `calls` say which events are wanted. `extra_ca` is additional trusted PEM.
    #[napi(catch_unwind)]
    pub fn connect(
        &self,
        env: Env,
        notify: NotifyFunction<'_>,
        handle: Object<'_>,
        attempts: bool,
        calls: bool,
        extra_ca: String,
    ) -> Result<RawSignIn> {
        let mut cloud = self.0.clone();
        if !extra_ca.is_empty() {
            cloud = cloud.extra_ca(extra_ca);
        }
        let is_watched = attempts || calls;
        let make = move |mailbox: &Mailbox, cancel: &CancelToken| {
            if is_watched {
                cloud = cloud.observer(mailbox.observer());
            }
            cloud.connect_hosted(cancel, None)
        };
        RawSignIn::begin(&env, &notify, &handle, [attempts, calls], make)
    }

    /// A text that is safe to show.
    #[napi(catch_unwind)]
    pub fn describe(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// A sign-in or a look-up of a service, which is under way or has ended.
#[napi]
pub struct RawSignIn {
    loop_mailbox: LoopMailbox,
    cancel: CancelToken,
}

impl RawSignIn {
    /// Makes a connection on a new thread. `wanted` says which of its events Node gets: attempts, calls.
    fn begin(
        env: &Env,
        notify: &NotifyFunction<'_>,
        handle: &Object<'_>,
        wanted: [bool; 2],
        make: impl FnOnce(&Mailbox, &CancelToken) -> std::result::Result<Connection, reqtrail::Error>
        + Send
        + 'static,
    ) -> Result<Self> {
        let mailbox = Mailbox::new();
        let loop_mailbox = LoopMailbox::open(env, &mailbox, notify, handle)?;
        let [attempts, calls] = wanted;
        mailbox.want_attempts(attempts);
        mailbox.want_calls(calls);
        let cancel = CancelToken::new();
        let cancelled = cancel.clone();
        let work = move || {
            let made = make(&mailbox, &cancelled);
            // The connection's clients have their own observers.
            mailbox.want_attempts(false);
            mailbox.want_calls(false);
            made
        };
        let lane = &loop_mailbox.lane;
        lane.run(lane.next_tag(), "reqtrail-sign-in", work)
            .map_err(|e| {
                Error::new(
                    Status::GenericFailure,
                    format!("cannot start a thread for the sign-in: {e}"),
                )
            })?;
        Ok(Self {
            loop_mailbox,
            cancel,
        })
    }
}

#[napi]
impl RawSignIn {
    /// Cancels it; `late` if a deadline of the program has passed.
    #[napi(catch_unwind)]
    pub fn cancel(&self, late: bool) {
        self.cancel.cancel_with(reason(late));
    }

    /// Takes events for the channels, and then the connection or the error, as a client's `drain` does.
    #[napi(catch_unwind)]
    pub fn drain(&self, out: Float64ArraySlice<'_>) -> Option<External<Items>> {
        self.loop_mailbox.drain(out)
    }
}

impl Drop for RawSignIn {
    // Nothing waits for it any more; its thread ends soon.
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

/// A cloud after the sign-in.
#[napi]
pub struct RawConnection(pub(crate) Connection);

/// Takes the connection that a sign-in made, once.
#[napi(catch_unwind)]
pub fn take_connection(items: &mut External<Items>, index: u32) -> Result<RawConnection> {
    Ok(RawConnection(take_output(items, index)?))
}

#[napi]
impl RawConnection {
    /// Finds a service on a new thread, which may ask the service for its versions. The cloud's interface or region
    /// applies if the argument is empty; the other arguments are those of `connect`.
    #[napi(catch_unwind)]
    pub fn service(
        &self,
        env: Env,
        notify: NotifyFunction<'_>,
        handle: Object<'_>,
        attempts: bool,
        calls: bool,
        service: String,
        endpoint_interface: String,
        region: String,
    ) -> Result<RawSignIn> {
        let options = service_options(endpoint_interface, region);
        let connection = self.0.clone();
        let is_watched = attempts || calls;
        let make = move |mailbox: &Mailbox, cancel: &CancelToken| {
            let connection = match is_watched {
                true => connection.observer(mailbox.observer()),
                false => connection,
            };
            connection.service_hosted(&service, &options, cancel, None)
        };
        RawSignIn::begin(&env, &notify, &handle, [attempts, calls], make)
    }

    /// Returns the compute API at another interface or in another region, without asking the service.
    #[napi(catch_unwind)]
    pub fn compute(
        &self,
        endpoint_interface: String,
        region: String,
    ) -> Either<RawConnection, External<Items>> {
        let options = service_options(endpoint_interface, region);
        let found = (self.0).service_hosted("compute", &options, &CancelToken::new(), None);
        match found {
            Ok(connection) => Either::A(Self(connection)),
            Err(error) => Either::B(Items::error(error)),
        }
    }

    /// Returns the connection for a client that makes no calls: it drives the operations about the whole cloud.
    #[napi(catch_unwind)]
    pub fn driver(&self) -> RawConnection {
        Self(self.0.driver())
    }

    /// The endpoints of the catalog, as JSON.
    #[napi(catch_unwind)]
    pub fn services(&self) -> String {
        self.0.services_json()
    }

    /// The URL of the service, or the error if there is none.
    #[napi(catch_unwind)]
    pub fn endpoint(&self) -> Either<String, External<Items>> {
        match self.0.endpoint() {
            Ok(url) => Either::A(url),
            Err(error) => Either::B(Items::error(error)),
        }
    }

    /// Keystone's answer; `null` without a sign-in.
    #[napi(catch_unwind)]
    pub fn session(&self) -> Option<RawReport> {
        let session = self.0.session()?;
        Some(RawReport::read(session.to_json(), session.trail().clone()))
    }
}

/// Makes the options from the texts that are not empty.
fn service_options(interface: String, region: String) -> ServiceOptions {
    let mut options = ServiceOptions::new();
    if !interface.is_empty() {
        options = options.interface(interface);
    }
    if !region.is_empty() {
        options = options.region(region);
    }
    options
}
