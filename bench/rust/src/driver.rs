//! Rounds of all clients, interleaved, and the medians of their ratios.

use std::io::BufRead as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::clients::NAMES;

const CONCURRENCIES: [usize; 2] = [1, 32];

/// Runs everything and prints the results as JSON.
pub fn run() {
    let number = |name: &str, default: f64| -> f64 {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let rounds = number("BENCH_ROUNDS", 5.0) as usize;
    let seconds = number("BENCH_SECONDS", 1.0);

    let mut server = pinned(0, &["server"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the server starts");
    let mut url = String::new();
    let stdout = server.stdout.take().expect("its output");
    std::io::BufReader::new(stdout).read_line(&mut url).expect("its address");
    let url = url.trim().to_owned();

    let mut figures: Vec<(&str, usize, Vec<Value>)> = Vec::new();
    for concurrency in CONCURRENCIES {
        figures.extend(NAMES.iter().map(|name| (*name, concurrency, Vec::new())));
    }
    for round in 0..rounds {
        for (name, concurrency, rows) in &mut figures {
            let args = ["client", name, &concurrency.to_string(), &seconds.to_string(), &url];
            let row: Value = serde_json::from_str(&output(&args)).expect("figures");
            eprintln!("round {} {name} c={concurrency}: {row}", round + 1);
            rows.push(row);
        }
    }
    let own_work: f64 = output(&["own-work"]).trim().parse().expect("nanoseconds");
    drop(server.stdin.take());
    let _ = server.wait();

    let of = |name: &str, concurrency: usize| figures.iter().find(|(n, c, _)| *n == name && *c == concurrency).map(|(_, _, rows)| rows);
    let rows: Vec<Value> = figures
        .iter()
        .map(|(name, concurrency, rows)| {
            let field = |key: &str| median(rows.iter().map(|row| row[key].as_f64().unwrap_or_default()).collect());
            json!({"client": name, "c": concurrency, "rps": field("rps").round(), "cpu_us": rounded(field("cpu_us")), "rss_mb": rounded(field("rss_mb"))})
        })
        .collect();
    let mut ratios = Vec::new();
    for concurrency in CONCURRENCIES {
        for (ours, peers) in [("reqtrail", &["hyper-util", "reqwest", "reqwest-retry"][..]), ("reqtrail-blocking", &["ureq"])] {
            for peer in peers {
                let (Some(us), Some(them)) = (of(ours, concurrency), of(peer, concurrency)) else { continue };
                let ratio = |key: &str| {
                    median(us.iter().zip(them).map(|(a, b)| a[key].as_f64().unwrap_or_default() / b[key].as_f64().unwrap_or(1.0)).collect())
                };
                ratios.push(json!({"client": ours, "peer": peer, "c": concurrency, "rps": rounded(ratio("rps")), "cpu": rounded(ratio("cpu_us"))}));
            }
        }
    }
    let report = json!({
        "date": text("date", &["-u", "+%Y-%m-%d"]),
        "machine": machine(),
        "server": "own, one thread, core 0; clients on core 1; keep-alive HTTP/1.1, 1 KiB JSON",
        "rounds": rounds,
        "seconds": seconds,
        "rows": rows,
        "ratios": ratios,
        "own_work_ns": own_work,
    });
    println!("{}", serde_json::to_string_pretty(&report).expect("JSON"));
}

/// This program with other arguments, on one core if the machine can do that.
fn pinned(core: usize, args: &[&str]) -> Command {
    let own = std::env::current_exe().expect("this program");
    let can = Command::new("taskset").args(["-c", &core.to_string(), "true"]).status().is_ok_and(|s| s.success());
    let mut command = if can {
        let mut command = Command::new("taskset");
        command.args(["-c", &core.to_string()]).arg(own);
        command
    } else {
        Command::new(own)
    };
    command.args(args);
    command
}

fn output(args: &[&str]) -> String {
    let output = pinned(1, args).stderr(Stdio::inherit()).output().expect("the client runs");
    assert!(output.status.success(), "{args:?} failed");
    String::from_utf8(output.stdout).expect("text")
}

fn text(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().map(|o| o.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}

fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("", |(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{model}, {cores} cores, {}", text("rustc", &["--version"]))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
