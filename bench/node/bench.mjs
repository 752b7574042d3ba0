// reqtrail beside its peers, in one run, as ratios: one process per client, concurrency and round.
//
// `bench.mjs SERVER OURS PEERS` runs everything and prints the results as JSON; OURS and PEERS are folders with packages.
// `bench.mjs --syscalls SERVER OURS PEERS` counts the system calls of reqtrail per request instead.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

const CONCURRENCIES = [1, 32];
const PEERS = ["fetch", "undici.request", "undici.RetryAgent", "axios", "got"];
const CLIENT = path.join(import.meta.dirname, "client.mjs");
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 1);

const say = (line) => process.stderr.write(`${line}\n`);
const round = (value, digits) => Number(value.toFixed(digits));

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function pinned(core) {
  const can = spawnSync("taskset", ["-c", String(core), "true"]).status === 0;
  return can ? ["taskset", "-c", String(core)] : [];
}

function output(command) {
  // A proxy for the way out is none to loopback.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)),
  );
  const ran = spawnSync(command[0], command.slice(1), { encoding: "utf8", env, timeout: 300_000 });
  if (ran.status !== 0) throw new Error(ran.stderr || `${command[0]} ended with ${ran.status}`);
  return ran.stdout;
}

function client(name, c, url, folders, ...rest) {
  const folder = name === "reqtrail" ? folders.ours : folders.peers;
  return [process.execPath, CLIENT, name, String(c), url, folder, ...rest.map(String)];
}

function run(url, folders) {
  const leftOut = {};
  const names = ["reqtrail", ...PEERS].filter((name) => {
    try {
      output(client(name, 1, url, folders, 0, 1));
      return true;
    } catch (error) {
      leftOut[name] = error.message.trim().split("\n").at(-1);
      say(`${name} is left out: ${leftOut[name]}`);
      return false;
    }
  });
  const rows = CONCURRENCIES.flatMap((c) => names.map((name) => ({ name, c, figures: [] })));
  for (let number = 1; number <= ROUNDS; number++) {
    for (const { name, c, figures } of rows) {
      figures.push(JSON.parse(output([...pinned(1), ...client(name, c, url, folders, SECONDS)])));
      say(`round ${number} ${name} c=${c}: ${JSON.stringify(figures.at(-1))}`);
    }
  }
  const of = (name, c) => rows.find((row) => row.name === name && row.c === c)?.figures;
  const ratio = (peer, c, key) => {
    const ours = of("reqtrail", c);
    return round(median(of(peer, c).map((figures, index) => ours[index][key] / figures[key])), 2);
  };
  const mid = (figures, key, digits) => round(median(figures.map((one) => one[key])), digits);
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0].model.trim()}, ${availableParallelism()} cores, Node ${process.versions.node}`,
    server: "bench/rust, one thread, core 0; clients on core 1; keep-alive HTTP/1.1, 1 KiB JSON",
    rounds: ROUNDS,
    seconds: SECONDS,
    left_out: leftOut,
    rows: rows.map(({ name, c, figures }) => ({
      client: name,
      c,
      rps: mid(figures, "rps", 0),
      cpu_us: mid(figures, "cpu_us", 1),
      rss_mb: mid(figures, "rss_mb", 1),
    })),
    ratios: rows
      .filter(({ name }) => name !== "reqtrail")
      .map(({ name, c }) => ({
        client: "reqtrail",
        peer: name,
        c,
        rps: ratio(name, c, "rps"),
        cpu: ratio(name, c, "cpu_us"),
        rss: ratio(name, c, "rss_mb"),
      })),
  };
}

/** Counts with twice as many requests too, and takes the difference: so the start of the process is not in it. */
function syscalls(url, folders) {
  const counted = {};
  const folder = mkdtempSync(path.join(tmpdir(), "bench-"));
  const summary = path.join(folder, "summary");
  for (const c of CONCURRENCIES) {
    const [few, many] = [3200, 6400].map((requests) => {
      const trace = ["strace", "-f", "-c", "-U", "calls,name", "-o", summary];
      output([...pinned(1), ...trace, ...client("reqtrail", c, url, folders, 0, requests)]);
      const found = readFileSync(summary, "utf8").matchAll(/^\s*(\d+)\s+(\w+)$/gm);
      return new Map([...found].map(([, count, name]) => [name, Number(count)]));
    });
    const each = [...many]
      .filter(([name]) => name !== "total")
      .map(([name, count]) => [name, round((count - (few.get(name) ?? 0)) / 3200, 2)])
      .filter(([, count]) => count >= 0.01)
      .sort(([, a], [, b]) => b - a);
    const total = round(
      each.reduce((sum, [, count]) => sum + count, 0),
      2,
    );
    counted[`c=${c}`] = { total, ...Object.fromEntries(each) };
    say(`c=${c}: ${JSON.stringify(counted[`c=${c}`])}`);
  }
  rmSync(folder, { recursive: true });
  return counted;
}

const args = process.argv.slice(2);
const count = args[0] === "--syscalls" ? Boolean(args.shift()) : false;
const [server, ours, peers] = args;
// It ends with its standard input.
const command = [...pinned(0), server, "server"];
const serving = spawn(command[0], command.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
const [url] = await once(createInterface({ input: serving.stdout }), "line");
try {
  const report = (count ? syscalls : run)(url.trim(), { ours, peers });
  console.log(JSON.stringify(report, null, 2));
} finally {
  serving.stdin.end();
}
