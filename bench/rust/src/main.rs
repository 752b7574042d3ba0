//! reqtrail beside its peers, in one run, as ratios.
//!
//! `reqtrail-bench` alone is the driver: it starts the server and then, round after round, one process per client and
//! concurrency. `server`, `client` and `own-work` are those processes.

mod clients;
mod driver;
mod measure;
mod own_work;
mod server;

use std::time::Duration;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => driver::run(),
        ["server"] => server::run(),
        ["own-work"] => own_work::run(),
        ["client", name, concurrency, seconds, url] => {
            let concurrency = concurrency.parse().expect("a concurrency");
            let window = Duration::from_secs_f64(seconds.parse().expect("seconds"));
            println!("{}", clients::run(name, concurrency, window, url));
        }
        _ => {
            eprintln!("usage: reqtrail-bench [server | own-work | client NAME CONCURRENCY SECONDS URL]");
            std::process::exit(2);
        }
    }
}
