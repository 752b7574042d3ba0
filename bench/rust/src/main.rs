//! One client of the bench: `reqtrail-bench NAME WORKLOAD CONCURRENCY URL --seconds=S` or `… --requests=N`.
//!
//! Prints what it came to as one line of JSON. `reqtrail-bench own-work` prints the nanoseconds that a call of reqtrail
//! takes without a network. `bench/common` runs these processes.

mod clients;
mod equal;
mod measure;
mod own_work;
mod work;

use std::time::Duration;

use measure::Until;
use work::Work;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["own-work"] => own_work::run(),
        [name, workload, concurrency, url, how_long] => {
            let concurrency = concurrency.parse().expect("a concurrency");
            let until = match how_long.split_once('=') {
                Some(("--seconds", text)) => Until::Passed(Duration::from_secs_f64(text.parse().expect("seconds"))),
                Some(("--requests", text)) => Until::Made(text.parse().expect("a number of requests")),
                _ => usage(),
            };
            println!("{}", clients::run(name, &Work::new(workload, url), concurrency, until));
        }
        _ => usage(),
    }
}

fn usage() -> ! {
    eprintln!("usage: reqtrail-bench own-work | NAME WORKLOAD CONCURRENCY URL (--seconds=S | --requests=N)");
    std::process::exit(2);
}
