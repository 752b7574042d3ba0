//! The command `reqtrail`, as a library: the binary, the Python package and the Node package all run it.
//!
//! It finds calls in the journals of programs (`REQTRAIL_JOURNAL`) by any of their IDs, and says which request ID to give to
//! support. It also says what became of the requests that an OpenStack cloud accepted.

mod arguments;
mod call_table;
mod cloud;
mod commands;
mod common;
mod environment;
mod exit;
mod interpreter;
mod interrupt;
mod journal;
mod run;
mod shell;
mod table;
mod terminal;
mod time;
mod words;

pub use arguments::command;
pub use environment::{Environment, Stream};
pub use exit::Exit;
pub use interpreter::run_in_interpreter;
pub use run::run;
