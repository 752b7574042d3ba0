//! The story of anything that a cloud has, over its services: what became of it, why, and which request IDs tell more.

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
