//! The story of any resource of a cloud, over its services: what happened to it, why, and which request IDs lead to
//! more.

mod explain;
mod image;
mod lookup;
mod named;
mod port;
mod reader;
mod record;
mod report;
mod request;
mod server;
mod volume;

pub use explain::Explanation;
pub use record::{ResourceStory, Story};
