//! The closed sets of OpenStack Nova that every language shares.

// Generated from schema/codes.json by `cargo run -p xtask -- codegen`; do not edit.

use crate::closed_set::closed_set;

closed_set! {
    /// How a server action ended, as far as the API tells.
    Verdict {
        /// It did what was asked for.
        Succeeded = "succeeded", 1;
        /// It did not do what was asked for.
        Failed = "failed", 2;
        /// The API does not say.
        Unknown = "unknown", 3;
    }
}
