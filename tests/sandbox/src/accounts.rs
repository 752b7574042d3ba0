//! The credentials that every sandbox knows.
//!
//! All of them are made up and work nowhere else. They are constants so that an example in
//! any language can name them.

/// An API key with the role `admin`: may do everything. [`Sandbox::token`](crate::Sandbox::token).
pub const ADMIN_KEY: &str = "sk_test_sandbox_admin_key";
/// An API key with the role `operator`: creates cameras, acknowledges events, no user list.
pub const OPERATOR_KEY: &str = "sk_test_sandbox_operator_key";
/// An API key with the role `viewer`: reads the cameras and events of one site.
pub const VIEWER_KEY: &str = "sk_test_sandbox_viewer_key";

/// The e-mail address of a user with the role `operator` who may log in.
pub const EMAIL: &str = "maria.santos@harbour.example";
/// The e-mail address of a user whose account is disabled.
pub const DISABLED_EMAIL: &str = "former.colleague@harbour.example";
/// The password of every sandbox user.
pub const PASSWORD: &str = "sandbox-password";
