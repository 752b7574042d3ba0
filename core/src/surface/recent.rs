//! What a program asks a recorder for.

macro_rules! recent_options {
    ($use:ident $($head:tt)*) => {
        $use! {
            $($head)*
            options {
                /// Sets whether only failed calls match.
                1 failed: bool { default: false };

                /// Sets the minimum duration of a call.
                2 slower_than: Duration { };

                /// Sets the error code of a call's last attempt, in its canonical spelling.
                3 code: String { go_type: "Code" };

                /// Sets the path template, as in `/cameras/{id}`.
                4 path: String { };

                /// Sets the status of a call's last attempt.
                5 status: u16 { go: "StatusCode" };

                /// Sets the maximum number of calls to return.
                6 limit: u32 { };
            }
            by_hand { }
        }
    };
}
pub(crate) use recent_options;
