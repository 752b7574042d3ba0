//! Decides whether a call continues after an attempt, when, and why not.

pub(crate) mod budget;
pub(crate) mod decision;

pub use budget::RetryBudget;
