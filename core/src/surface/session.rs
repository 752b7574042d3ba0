//! The fields of a session, except its token and catalog, which stay in the core, and its trail, which crosses as a handle.

macro_rules! session_fields {
    ($use:ident $($head:tt)*) => {
        $use! {
            $($head)*
            fields {
                /// When the token expires, by Keystone's clock.
                expires_at: Option<SystemTime> {} = |session| session.expires_at;

                /// The ID of the project that the token is for; `None` for another scope.
                project_id: Option<&str> {} = |session| session.project.id.as_deref();

                /// The name of the project that the token is for; `None` for another scope.
                project_name: Option<&str> {} = |session| session.project.name.as_deref();

                /// The ID of the user that signed in.
                user_id: Option<&str> {} = |session| session.user.id.as_deref();

                /// The name of the user that signed in.
                user_name: Option<&str> {} = |session| session.user.name.as_deref();
            }
        }
    };
}
pub(crate) use session_fields;
