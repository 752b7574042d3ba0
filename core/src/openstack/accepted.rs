//! What all following of accepted (202) work has in common.

pub(super) mod call_group;
pub(super) mod codes;
pub(super) mod document;
pub(super) mod follow_loop;
pub(super) mod get;
pub(super) mod lenient;
pub(super) mod name_list;
pub(super) mod pages;
pub(super) mod resource;
pub(super) mod sent_path;
pub(super) mod time;
