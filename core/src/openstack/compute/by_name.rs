//! Reads the one server that has a name.

use std::future::Future;
use std::time::Duration;

use super::lookup::{self, Lookup};
use super::options::{OperationAttached, OperationOptions};
use super::reads::Compute;
use super::server::Server;
#[cfg(feature = "blocking")]
use crate::blocking;
use crate::cancel::CancelToken;
use crate::client::{AnyClient, Client};
use crate::error::Error;
use crate::openstack::accepted::call_group::CallGroup;
use crate::openstack::accepted::get::Fetched;

/// Reads the server of a name; begun by [`Compute::server_by_name`].
#[must_use = "it does nothing until `send` is called"]
#[derive(Debug)]
pub struct ServerByName<C> {
    compute: Compute<C>,
    plan: ByNamePlan,
}

#[derive(Debug)]
struct ByNamePlan {
    name: String,
    timeout: Option<Duration>,
    cancel: Option<CancelToken>,
}

impl<C: AnyClient> Compute<C> {
    /// Reads the server that has exactly this name, including its fault: looks the name up, then reads the server. A name
    /// that looks like a UUID is still a name here.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(client: reqtrail::Client) -> Result<(), reqtrail::Error> {
    /// use reqtrail::openstack::Compute;
    ///
    /// let server = Compute::new(client).server_by_name("web-1").send().await?;
    /// println!("{} is {}", server.id, server.status);
    /// # Ok(())
    /// # }
    /// ```
    pub fn server_by_name(&self, name: impl Into<String>) -> ServerByName<C> {
        ServerByName {
            compute: self.clone(),
            plan: ByNamePlan {
                name: name.into(),
                timeout: None,
                cancel: None,
            },
        }
    }
}

impl<C> ServerByName<C> {
    /// Sets the timeout of each of its calls, instead of the client's.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.plan.timeout = Some(timeout);
        self
    }

    /// Lets a token cancel it.
    pub fn cancel_token(mut self, token: &CancelToken) -> Self {
        self.plan.cancel = Some(token.clone());
        self
    }

    /// Takes the options of an operation, and what is attached to it.
    pub(in crate::openstack) fn with(
        mut self,
        options: &OperationOptions,
        attached: OperationAttached,
    ) -> Self {
        self.plan.timeout = options.timeout;
        self.plan.cancel = attached.cancel;
        self
    }
}

impl ServerByName<Client> {
    /// Reads it.
    ///
    /// # Errors
    /// Those of any call. `api` of the category `not_found` if this token sees no server of the name, and of `invalid` if it
    /// sees several, some of whose UUIDs the error lists; neither has a status, since the response was a success.
    pub fn send(self) -> impl Future<Output = Result<Fetched<Server>, Error>> + Send + 'static {
        read(self.compute, self.plan)
    }
}

#[cfg(feature = "blocking")]
impl ServerByName<blocking::Client> {
    /// Reads it and waits for its end.
    ///
    /// # Errors
    /// Those of any call. `api` of the category `not_found` if this token sees no server of the name, and of `invalid` if it
    /// sees several, some of whose UUIDs the error lists; neither has a status, since the response was a success.
    pub fn send(self) -> Result<Fetched<Server>, Error> {
        let Self { compute, plan } = self;
        let client = compute.client().clone();
        client.run_flow(move |client: Client| read(compute.over(client), plan))?
    }
}

async fn read(compute: Compute<Client>, plan: ByNamePlan) -> Result<Fetched<Server>, Error> {
    let mut calls = CallGroup::new(plan.cancel, Vec::new());
    let id = match lookup::look_up(&compute, &mut calls, &plan.name, plan.timeout).await? {
        Lookup::Found(id) => id,
        Lookup::NotOne(error) => return Err(error),
    };
    let server = calls.fetch(compute.server(id), plan.timeout).await?;
    Ok(server.among(calls.trails))
}
