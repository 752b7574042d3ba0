//! Making a call with the asynchronous client.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;

use futures_util::future::Either;

use super::Client;
use crate::call::run_call;
use crate::call::shared::Shared;
use crate::error::Error;
use crate::request::{Attached, Request, RequestBuilder};
use crate::response::Response;
use crate::transport::{AnyTransport, Transport};

impl Client {
    /// Makes the call of a request. The call begins here: its first attempt does not use a token that is set later. Dropping
    /// the future cancels it; its trail then reaches the observers.
    ///
    /// # Errors
    /// The error says what went wrong and has the call's trail.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(client: reqtrail::Client) -> Result<(), reqtrail::Error> {
    /// use reqtrail::{Attached, Request};
    ///
    /// let request = Request::get("/cameras/{id}").param("id", 7);
    /// let response = client.send(request, Attached::new()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn send(
        &self,
        request: Request,
        attached: Attached,
    ) -> impl Future<Output = Result<Response, Error>> + Send + 'static + use<> {
        let (shared, transport) = self.clone().into_parts();
        send(shared, transport, request, attached)
    }
}

impl RequestBuilder<Client> {
    /// Makes the call. The call begins here: its first attempt does not use a token that is set later. Dropping the
    /// future cancels it; its trail then reaches the observers. `await` on the builder does the same.
    ///
    /// # Errors
    /// The error says what went wrong and has the call's trail.
    pub fn send(self) -> impl Future<Output = Result<Response, Error>> + Send + 'static {
        let (shared, transport) = self.client.into_parts();
        send(shared, transport, self.request, self.attached)
    }
}

/// `client.get(path).await` makes the call as [`send`](RequestBuilder::send) does.
///
/// # Examples
/// ```no_run
/// # async fn example(client: reqtrail::Client) -> Result<(), reqtrail::Error> {
/// let cameras = client.get("/cameras").query("limit", 10).await?;
/// # Ok(())
/// # }
/// ```
impl IntoFuture for RequestBuilder<Client> {
    type Output = Result<Response, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let (shared, transport) = self.client.into_parts();
        match send(shared, transport, self.request, self.attached) {
            Either::Left(call) => call,
            Either::Right(call) => call,
        }
    }
}

/// How a call ends.
type Outcome = Result<Response, Error>;

/// A call under way, in its box.
type Boxed<F> = Pin<Box<F>>;

/// Makes a call on the client's transport.
fn send(
    shared: Arc<Shared>,
    transport: AnyTransport,
    request: Request,
    attached: Attached,
) -> Either<
    Boxed<impl Future<Output = Outcome> + Send + 'static>,
    Boxed<impl Future<Output = Outcome> + Send + 'static>,
> {
    match transport {
        AnyTransport::BuiltIn(built_in) => {
            Either::Left(send_on(shared, built_in, request, attached))
        }
        AnyTransport::Own(own) => Either::Right(send_on(shared, own, request, attached)),
    }
}

/// Boxed, because the future of a call takes several KiB, and callers move futures.
fn send_on<T: Transport>(
    shared: Arc<Shared>,
    transport: Arc<T>,
    request: Request,
    attached: Attached,
) -> Boxed<impl Future<Output = Outcome> + Send + 'static> {
    let begun = shared.credentials.begin();
    Box::pin(async move {
        let mut planned = request.plan(&shared, attached, Some(begun));
        run_call(&shared, &*transport, &mut planned).await
    })
}
