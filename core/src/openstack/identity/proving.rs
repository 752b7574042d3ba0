//! One sign-in: what each of its requests sends, and what follows from the answer.

use super::auth::{Auth, Method};
use super::receipt::{RECEIPT, Receipt};
use super::refused::explained;
use super::session::Session;
use crate::call::refresh::RefreshError;
use crate::codes::{Category, ErrorKind};
use crate::error::Error;
use crate::redact::Secret;
use crate::request::RequestBuilder;
use crate::response::Response;

/// A sign-in that is under way.
pub(super) struct Proving<'a> {
    auth: &'a Auth,
    /// What Keystone has not accepted yet.
    methods: Vec<&'a Method>,
    /// The receipt of the methods that it has accepted.
    receipt: Option<Secret>,
}

impl<'a> Proving<'a> {
    /// Begins a sign-in, which uses up a passcode.
    ///
    /// # Errors
    /// `config` if there is no method, if one occurs twice, or if one has been used already.
    pub(super) fn begin(auth: &'a Auth) -> Result<Self, Error> {
        let methods: Vec<_> = auth.methods().iter().collect();
        if methods.is_empty() {
            return Err(Error::config(
                "the sign-in has no way of proof; expected at least one, such as Auth::password",
            ));
        }
        for (place, method) in methods.iter().enumerate() {
            let name = method.name();
            if methods[..place].iter().any(|other| other.name() == name) {
                return Err(Error::config(format!(
                    "the sign-in gives `{name}` twice; expected each way of proof once"
                )));
            }
        }
        if let Some(what) = auth.used_up() {
            return Err(Error::config(words(what)));
        }
        let passcodes = methods.iter().filter_map(|method| match method {
            Method::Totp { used, .. } => Some(used),
            _ => None,
        });
        for used in passcodes {
            // Another thread may have begun at the same time.
            if used.replace(true) {
                return Err(Error::config(words("passcode")));
            }
        }
        let receipt = auth.given_receipt();
        let receipt = receipt.map(|(receipt, _)| receipt.secret().clone());
        Ok(Self {
            auth,
            methods,
            receipt,
        })
    }

    /// Adds to a request what it has to carry.
    pub(super) fn prepared<C>(&self, request: RequestBuilder<C>) -> RequestBuilder<C> {
        let mut request = request.json(&self.auth.body(&self.methods));
        for method in &self.methods {
            request = request.hide(method.secret().clone());
        }
        if let Some(receipt) = &self.receipt {
            request = request.secret_header(RECEIPT, receipt.clone());
        }
        // An extra token does no harm: it expires, and nothing uses it. A passcode that Keystone has seen is used up.
        request.idempotent(!self.has_passcode())
    }

    /// Takes the response: returns the session, or `None` if a further request gives the methods that this one left
    /// open.
    ///
    /// # Errors
    /// The request's error, with what its response says about the configuration.
    pub(super) fn settle(
        &mut self,
        outcome: Result<Response, Error>,
    ) -> Result<Option<Session>, Error> {
        let error = match outcome {
            Ok(response) => {
                let session = Session::read(&response)?;
                if let Some((_, used)) = self.auth.given_receipt() {
                    used.replace(true);
                }
                return Ok(Some(session));
            }
            Err(error) => error,
        };
        // A later request follows one that sent it.
        let is_first = self.methods.len() == self.auth.methods().len();
        if is_first && !error.may_have_been_sent() {
            self.restore_passcode();
        }
        let Some(receipt) = Receipt::of(&error) else {
            return Err(explained(error));
        };
        let left: Vec<_> = (self.methods.iter().copied())
            .filter(|method| !receipt.accepted().iter().any(|name| name == method.name()))
            .collect();
        // Each request has to bring the sign-in further, so that there is an end.
        if left.is_empty() || left.len() == self.methods.len() {
            return Err(explained(error));
        }
        self.methods = left;
        self.receipt = Some(receipt.secret().clone());
        Ok(None)
    }

    fn has_passcode(&self) -> bool {
        self.methods
            .iter()
            .any(|method| matches!(method, Method::Totp { .. }))
    }

    /// Keystone has not seen the passcode, so it can still be used.
    fn restore_passcode(&self) {
        for method in &self.methods {
            if let Method::Totp { used, .. } = method {
                used.replace(false);
            }
        }
    }
}

/// The error of a renewal that cannot succeed, because the client's credential was for one sign-in.
pub(super) fn cannot_renew(auth: &Auth) -> Option<RefreshError> {
    let what = auth.used_up()?;
    let category = Some(Category::Authentication);
    Some(RefreshError::new(ErrorKind::Api, category, words(what)))
}

fn words(what: &str) -> String {
    format!(
        "signing in again needs a new {what}: the one that was given has been used, and serves one sign-in; expected another \
         Cloud, with a new {what}"
    )
}
