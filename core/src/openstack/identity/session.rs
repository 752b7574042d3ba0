//! Keystone's response to a sign-in.

use std::time::SystemTime;

use serde_json::Value;

use crate::call::token::Token;
use crate::error::Error;
use crate::response::Response;
use crate::surface::record_methods;
use crate::surface::session::session_fields;
use crate::trail::Trail;

use super::catalog::Catalog;
use super::refused::{A_WEB_PAGE, is_web_page};
use super::template::Templates;

/// The header of the token that was made.
const SUBJECT_TOKEN: &str = "x-subject-token";

/// The response of Keystone to a sign-in, with the trail of that call.
///
/// The token, and its scope.
#[derive(Clone, Debug)]
pub struct Session {
    token: Token,
    expires_at: Option<SystemTime>,
    catalog: Catalog,
    project: Named,
    user: Named,
    trail: Trail,
}

/// An ID and the name that goes with it.
#[derive(Clone, Debug, Default)]
struct Named {
    id: Option<String>,
    name: Option<String>,
}

session_fields! { record_methods Session }

impl Session {
    /// Reads the response; everything except the token may be missing and is then empty.
    pub(super) fn read(response: &Response) -> Result<Self, Error> {
        let lacks = |what: &str| {
            if is_web_page(response.headers(), response.bytes()) {
                return response.without(format!("the sign-in was answered by {A_WEB_PAGE}"));
            }
            let text = format!(
                "the answer to the sign-in {what}; expected that of Keystone v3: is auth_url right, and does no \
                 proxy on the way drop headers?"
            );
            response.without(text)
        };
        let secret = response.headers().get(SUBJECT_TOKEN);
        let secret = secret.and_then(|value| value.to_str().ok());
        let Some(secret) = secret.filter(|text| !text.is_empty()) else {
            return Err(lacks("has no X-Subject-Token header"));
        };
        let body: Value = response.json()?;
        let token = &body["token"];
        if !token.is_object() {
            return Err(lacks("has no `token` in its body"));
        }
        let expires_at = time(&token["expires_at"]);
        let end = expires_at.map(|end| {
            // Only its lifetime counts, since the clocks of server and client may differ.
            let lifetime = time(&token["issued_at"])
                .and_then(|issued| end.duration_since(issued).ok())
                .and_then(|lifetime| response.trail().started_at().checked_add(lifetime));
            lifetime.unwrap_or(end)
        });
        let secret = Token::new(secret);
        let (project, user) = (Named::read(&token["project"]), Named::read(&token["user"]));
        let known = templates(&project, &user);
        Ok(Self {
            token: match end {
                Some(end) => secret.expires_at(end),
                None => secret,
            },
            expires_at,
            catalog: Catalog::read(&token["catalog"], &known),
            project,
            user,
            trail: response.trail().clone(),
        })
    }

    /// The token, with its expiry by this machine's clock.
    #[must_use]
    pub fn token(&self) -> Token {
        self.token.clone()
    }

    /// The services that the token gives access to, with their endpoints.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The values of the templates of endpoints.
    pub(super) fn templates(&self) -> Templates<'_> {
        templates(&self.project, &self.user)
    }

    /// The trail of the sign-in, with Keystone's request IDs.
    #[must_use]
    pub fn trail(&self) -> &Trail {
        &self.trail
    }
}

/// Writes the fields as JSON.
#[cfg(feature = "unstable-host")]
macro_rules! session_json {
    (fields { $($(#[$doc:meta])* $name:ident: $type:ty { $($detail:tt)* } = |$it:ident| $read:expr;)+ }) => {
        impl Session {
            /// All fields except the token, the catalog and the trail, as JSON. Missing values are null.
            #[must_use]
            pub fn to_json(&self) -> String {
                serde_json::json!({ $(stringify!($name): self.$name().map(Written::written)),+ }).to_string()
            }
        }
    };
}
#[cfg(feature = "unstable-host")]
session_fields! { session_json }

/// The JSON form of a field.
#[cfg(feature = "unstable-host")]
trait Written {
    fn written(self) -> String;
}

#[cfg(feature = "unstable-host")]
impl Written for &str {
    fn written(self) -> String {
        self.to_owned()
    }
}

#[cfg(feature = "unstable-host")]
impl Written for SystemTime {
    fn written(self) -> String {
        // It was read from a timestamp, so this cannot fail.
        jiff::Timestamp::try_from(self)
            .unwrap_or_default()
            .to_string()
    }
}

fn templates<'a>(project: &'a Named, user: &'a Named) -> Templates<'a> {
    Templates {
        project_id: project.id.as_deref(),
        user_id: user.id.as_deref(),
    }
}

impl Named {
    fn read(value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Self {
            id: text("id"),
            name: text("name"),
        }
    }
}

/// Reads a date such as `2026-11-21T21:00:00.000000Z`.
fn time(value: &Value) -> Option<SystemTime> {
    let time: jiff::Timestamp = value.as_str()?.trim().parse().ok()?;
    Some(time.into())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    #[test]
    fn dates_are_read_as_keystone_writes_them() {
        let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_294_800);
        for good in [
            "2026-11-21T21:00:00.000000Z",
            "2026-11-21T21:00:00Z",
            " 2026-11-21T22:00:00+01:00 ",
        ] {
            assert_eq!(time(&json!(good)), Some(moment), "{good}");
        }
        for bad in [
            json!(null),
            json!(1_795_294_800),
            json!(""),
            json!("2026-11-21"),
            json!("2026-11-21T21:00:00"),
            json!("+999999-01-01T00:00:00Z"),
        ] {
            assert_eq!(time(&bad), None, "{bad}");
        }
    }
}
