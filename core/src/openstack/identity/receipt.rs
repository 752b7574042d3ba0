//! The receipt that Keystone returns if one method is not enough.
//!
//! Source: <https://docs.openstack.org/keystone/latest/admin/auth-receipt.html>.

use serde_json::Value;

use crate::error::{ApiError, Error};
use crate::redact::Secret;

/// The header of a receipt, in Keystone's response and in the request that continues the sign-in.
pub(super) const RECEIPT: &str = "openstack-auth-receipt";

/// The receipt that Keystone returns if one method is not enough. It stands for the accepted methods, for some minutes.
///
/// It is a credential and absent from `Debug`.
///
/// # Examples
/// ```no_run
/// # async fn example(ask: impl Fn(&str) -> String) -> Result<(), reqtrail::Error> {
/// use reqtrail::openstack::{Auth, Cloud, Receipt, User};
///
/// let user = User::id("0c4f…");
/// let url = "https://keystone.example:5000/v3";
/// let connected = Cloud::new(url, Auth::password(user.clone(), "hunter2")).connect().await;
/// let connection = match connected.as_ref().err().and_then(Receipt::of) {
///     Some(receipt) if receipt.missing().iter().any(|ways| ways == &["totp"]) => {
///         let auth = Auth::totp(user, ask("Passcode: ")).receipt(receipt);
///         Cloud::new(url, auth).connect().await?
///     }
///     _ => connected?,
/// };
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Receipt {
    secret: Secret,
    accepted: Vec<String>,
    missing: Vec<Vec<String>>,
}

impl Receipt {
    /// Wraps a receipt that was obtained elsewhere.
    pub fn new(receipt: impl Into<Secret>) -> Self {
        Self {
            secret: receipt.into(),
            accepted: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// Reads the receipt of a sign-in that was refused because it needs more methods; `None` for other errors.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        error.api().and_then(Self::of_answer)
    }

    pub(super) fn of_answer(api: &ApiError) -> Option<Self> {
        let secret = api.headers().get(RECEIPT)?.to_str().ok()?;
        if secret.is_empty() {
            return None;
        }
        let body: Value = serde_json::from_slice(api.body()).unwrap_or_default();
        let accepted = texts(&body["receipt"]["methods"]);
        let missing = list(&body["required_auth_methods"]).map(|rule| {
            let mut ways = texts(rule);
            ways.retain(|way| !accepted.contains(way));
            ways
        });
        Some(Self {
            secret: secret.into(),
            missing: missing.filter(|ways| !ways.is_empty()).collect(),
            accepted,
        })
    }

    /// Returns the methods that Keystone accepted, by Keystone's names such as `password`.
    #[must_use]
    pub fn accepted(&self) -> &[String] {
        &self.accepted
    }

    /// Returns the missing methods, by Keystone's names such as `totp`. One of these lists is needed.
    #[must_use]
    pub fn missing(&self) -> &[Vec<String>] {
        &self.missing
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }
}

fn texts(value: &Value) -> Vec<String> {
    let texts = list(value).filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
