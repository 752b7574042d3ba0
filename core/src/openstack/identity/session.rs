//! What Keystone answers to a sign-in.

use std::time::SystemTime;

use serde_json::Value;

use crate::call::token::Token;
use crate::error::Error;
use crate::response::Response;
use crate::trail::Trail;

use super::catalog::Catalog;
use super::refused::{A_WEB_PAGE, is_web_page};
use super::template::Templates;

/// The header of the token that was made.
const SUBJECT_TOKEN: &str = "x-subject-token";

/// A token, what it is good for, and the trail of the call that made it.
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

impl Session {
    /// Reads the answer; what it lacks but for the token is left empty.
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
            // What counts is how long it holds: the clocks of server and client may differ.
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

    /// The token, with its end by this machine's clock.
    #[must_use]
    pub fn token(&self) -> Token {
        self.token.clone()
    }

    /// Until when the token holds, by Keystone's clock; `None` if it did not say so in a readable way.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// The services that the token gives access to, with their endpoints.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The ID of the project that the token is for; `None` for another scope.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        self.project.id.as_deref()
    }

    /// The name of the project that the token is for; `None` for another scope.
    #[must_use]
    pub fn project_name(&self) -> Option<&str> {
        self.project.name.as_deref()
    }

    /// The ID of the user that signed in.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.user.id.as_deref()
    }

    /// The name of the user that signed in.
    #[must_use]
    pub fn user_name(&self) -> Option<&str> {
        self.user.name.as_deref()
    }

    /// What the templates of endpoints stand for.
    pub(super) fn templates(&self) -> Templates<'_> {
        templates(&self.project, &self.user)
    }

    /// The trail of the sign-in, with Keystone's request IDs.
    #[must_use]
    pub fn trail(&self) -> &Trail {
        &self.trail
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
