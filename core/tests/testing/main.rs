//! What programs test their own handling of failures with.

mod script;
