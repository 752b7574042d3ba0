//! Callers: API keys, logins and access tokens.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::json;

use crate::accounts;
use crate::bucket::ceil_seconds;
use crate::reply::ApiError;
use crate::store::{Role, Site, User, new_uuid};

const ACCESS_LIFETIME: Duration = Duration::from_secs(15 * 60);
const REFRESH_LIFETIME: Duration = Duration::from_secs(7 * 86_400);
const REMEMBERED_LIFETIME: Duration = Duration::from_secs(30 * 86_400);
const SESSIONS_PER_USER: usize = 5;
const LOGINS: usize = 5;
const LOGIN_WINDOW: Duration = Duration::from_secs(15 * 60);

/// A caller with a valid credential.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    role: Role,
    /// The only site that the caller may see; `None` if it may see all.
    pub(crate) site: Option<String>,
}

impl Caller {
    /// Refuses callers below a role.
    pub(crate) fn require(&self, role: Role) -> Result<(), ApiError> {
        if self.role >= role {
            return Ok(());
        }
        let role = format!("{role:?}").to_lowercase();
        Err(ApiError::forbidden(format!(
            "This requires the role {role} or above"
        )))
    }

    /// Returns whether the caller may see a site.
    pub(crate) fn sees(&self, site_id: &str) -> bool {
        self.site.as_deref().is_none_or(|site| site == site_id)
    }
}

/// A short-lived token and when it expires.
#[derive(Debug, Clone)]
pub(crate) struct AccessToken {
    pub(crate) token: String,
    pub(crate) expires: Duration,
}

/// A login. Its refresh token is good for new access tokens.
#[derive(Debug)]
struct Session {
    user: String,
    refresh_token: String,
    ends: Duration,
}

/// The access tokens, the sessions behind them and the recent logins.
#[derive(Debug, Default)]
pub(crate) struct Auth {
    /// The user and the expiry of each access token, also for a while after it expired.
    tokens: HashMap<String, (String, Duration)>,
    /// Oldest first.
    sessions: Vec<Session>,
    logins: HashMap<String, Vec<Duration>>,
}

impl Auth {
    /// Returns the name of the credential's rate-limit bucket. Unknown credentials share one.
    pub(crate) fn bucket(&self, bearer: Option<&str>) -> String {
        match bearer {
            Some(key) if key_role(key).is_some() => format!("key:{key}"),
            Some(token) => match self.tokens.get(token) {
                Some((user, _)) => format!("user:{user}"),
                None => "anonymous".to_owned(),
            },
            None => "anonymous".to_owned(),
        }
    }

    /// Checks a credential.
    pub(crate) fn caller(
        &self,
        bearer: Option<&str>,
        users: &[User],
        sites: &[Site],
        now: Duration,
    ) -> Result<Caller, ApiError> {
        let Some(bearer) = bearer else {
            let message = "Send Authorization: Bearer with an API key or an access token";
            return Err(unauthorized("auth_required", message));
        };
        let role = key_role(bearer).or_else(|| {
            let (user, ends) = self.tokens.get(bearer)?;
            let user = users
                .iter()
                .find(|candidate| candidate.id == *user && candidate.enabled)?;
            (*ends > now).then_some(user.role)
        });
        let Some(role) = role else {
            let message = "The token is malformed, expired or signed by another key";
            return Err(unauthorized("invalid_token", message));
        };
        let site = (role == Role::Viewer).then(|| sites[0].id.clone());
        Ok(Caller { role, site })
    }

    /// Counts a login of an e-mail address, known or not. The sixth in 15 minutes is refused.
    pub(crate) fn count_login(&mut self, email: &str, now: Duration) -> Result<(), ApiError> {
        self.logins
            .retain(|_, times| times.last().is_some_and(|last| *last + LOGIN_WINDOW > now));
        let times = self.logins.entry(email.to_lowercase()).or_default();
        times.retain(|time| *time + LOGIN_WINDOW > now);
        if times.len() < LOGINS {
            times.push(now);
            return Ok(());
        }
        let wait = ceil_seconds(times[0] + LOGIN_WINDOW - now);
        Err(ApiError::rate_limited(
            "Too many logins for this e-mail address",
            Some(wait),
        ))
    }

    /// Opens a session and returns its refresh token. A sixth session ends the user's oldest.
    pub(crate) fn open_session(&mut self, user: &str, remember: bool, now: Duration) -> String {
        self.sessions.retain(|session| session.ends > now);
        let oldest = self
            .sessions
            .iter()
            .position(|session| session.user == user);
        let open = self
            .sessions
            .iter()
            .filter(|session| session.user == user)
            .count();
        if let Some(oldest) = oldest.filter(|_| open >= SESSIONS_PER_USER) {
            self.sessions.remove(oldest);
        }
        let refresh_token = format!("rt_{}", random_text());
        let lifetime = if remember {
            REMEMBERED_LIFETIME
        } else {
            REFRESH_LIFETIME
        };
        self.sessions.push(Session {
            user: user.to_owned(),
            refresh_token: refresh_token.clone(),
            ends: now + lifetime,
        });
        refresh_token
    }

    /// Returns the user of a refresh token.
    pub(crate) fn session_user(&self, refresh_token: &str, now: Duration) -> Option<&str> {
        let mut sessions = self.sessions.iter();
        let session = sessions.find(|session| session.refresh_token == refresh_token)?;
        (session.ends > now).then_some(session.user.as_str())
    }

    /// Issues an access token in the form of a JWT. The server looks it up and does not decode it.
    pub(crate) fn issue(&mut self, user: &str, now: Duration) -> AccessToken {
        // An expired token is kept for another lifetime, so that late requests with it count for their user's bucket.
        self.tokens
            .retain(|_, (_, ends)| *ends + ACCESS_LIFETIME > now);
        let expires = now + ACCESS_LIFETIME;
        let header = json!({ "alg": "HS256", "typ": "JWT" });
        let claims = json!({ "sub": user, "exp": expires.as_secs(), "jti": new_uuid() });
        let encode = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!("{}.{}.{}", encode(header), encode(claims), random_text());
        self.tokens
            .insert(token.clone(), (user.to_owned(), expires));
        AccessToken { token, expires }
    }

    /// Ends all access tokens at once. Their sessions continue.
    pub(crate) fn expire_tokens(&mut self, now: Duration) {
        for (_, ends) in self.tokens.values_mut() {
            *ends = now.min(*ends);
        }
    }
}

/// Makes a 401 with an error string.
pub(crate) fn unauthorized(error: &str, message: &str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, error, message)
}

fn key_role(key: &str) -> Option<Role> {
    match key {
        accounts::ADMIN_KEY => Some(Role::Admin),
        accounts::OPERATOR_KEY => Some(Role::Operator),
        accounts::VIEWER_KEY => Some(Role::Viewer),
        _ => None,
    }
}

fn random_text() -> String {
    let bytes: [u8; 32] = std::array::from_fn(|_| fastrand::u8(..));
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000_000);

    #[test]
    fn a_sixth_session_ends_the_oldest_of_the_same_user() {
        let mut auth = Auth::default();
        let other = auth.open_session("other", false, NOW);
        let tokens: Vec<String> = (0..6)
            .map(|_| auth.open_session("me", false, NOW))
            .collect();
        assert_eq!(auth.session_user(&tokens[0], NOW), None);
        assert_eq!(auth.session_user(&tokens[1], NOW), Some("me"));
        assert_eq!(auth.session_user(&other, NOW), Some("other"));
    }

    #[test]
    fn sessions_end() {
        let mut auth = Auth::default();
        let short = auth.open_session("me", false, NOW);
        let long = auth.open_session("me", true, NOW);
        let after_a_week = NOW + REFRESH_LIFETIME;
        assert_eq!(auth.session_user(&short, after_a_week), None);
        assert_eq!(auth.session_user(&long, after_a_week), Some("me"));
    }

    #[test]
    fn logins_are_counted_per_address_in_a_sliding_window() {
        let mut auth = Auth::default();
        for n in 0..5 {
            assert!(
                auth.count_login("A@x.example", NOW + Duration::from_secs(n))
                    .is_ok()
            );
        }
        let later = NOW + Duration::from_secs(60);
        let refused = auth
            .count_login("a@X.example", later)
            .expect_err("the sixth");
        assert!(format!("{refused:?}").contains("retry_after: Some(840)"));
        assert!(auth.count_login("b@x.example", later).is_ok());
        assert!(auth.count_login("a@x.example", NOW + LOGIN_WINDOW).is_ok());
    }
}
