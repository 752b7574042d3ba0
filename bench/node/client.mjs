// One client: the whole body and the request ID of every call.
// `client.mjs FOLDER NAME WORKLOAD CONCURRENCY URL --seconds=S`: FOLDER has the client's package; `--requests=N` is exactly
// that many calls without a warm-up. The workloads are in bench/common/plan.py.
//
// Peers are used as their documentation says for many requests, with a pool that is large enough for the workers; what
// they have beyond that (cookies, retries, redirects) stays at its default.

import { readFileSync } from "node:fs";
import { Agent } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, name, workload, concurrency, url, howLong] = process.argv.slice(2);
const WORKERS = Number(concurrency);
const [, unit, amount] = /^--(seconds|requests)=(.+)$/.exec(howLong);
// Connections are made in it, and the peers' JavaScript is compiled: after 2,000 calls undici.request still takes three times
// the processor time that it takes after 15,000. It ends with the first of these.
const WARM_UP = { calls: 15_000, cpuMs: 2000, wallMs: 3000 };
const [PATH, BODY] = {
  post: ["/post", 0],
  large: ["/large", 1024 * 1024],
  retry: ["/retry", 1024],
}[workload] ?? ["/events", 1024];
const PAYLOAD = Buffer.from(`"${"x".repeat(1022)}"`);
const JSON_TYPE = { "content-type": "application/json" };
// Enough that no call of the retry workload ends without an answer.
const ATTEMPTS = 32;

const require = createRequire(path.join(path.resolve(folder), "bench.cjs"));
const load = (name) => import(pathToFileURL(require.resolve(name)));

function only(...names) {
  if (!names.includes(workload)) throw new Error(`it has no workload ${workload}`);
}

function checked(requestId, body) {
  if (!requestId) throw new Error("no request ID");
  return body;
}

/** Each returns a function that makes a call, reads its request ID and returns the size of its body. */
const CLIENTS = {
  async reqtrail() {
    const { Client } = require("reqtrail");
    // Only the retry workload sets options: waits as short as the peers', and no budget.
    const retrying = { maxAttempts: ATTEMPTS, baseDelayMs: 1, maxDelayMs: 1, retryBudget: null };
    const client = new Client(url, workload === "retry" ? retrying : {});
    if (workload === "post") {
      return async () => {
        const response = await client.post(PATH, { body: PAYLOAD, headers: JSON_TYPE });
        return checked(response.requestId, response.bytes().length);
      };
    }
    return async () => {
      const response = await client.get(PATH);
      return checked(response.requestId, response.bytes().length);
    };
  },

  async fetch() {
    only("get");
    return async () => {
      const response = await fetch(url + PATH);
      return checked(
        response.headers.get("x-request-id"),
        (await response.arrayBuffer()).byteLength,
      );
    };
  },

  async "undici.request"() {
    only("get", "tls", "post", "large");
    const { Agent, request, setGlobalDispatcher } = require("undici");
    setGlobalDispatcher(new Agent({ connections: WORKERS }));
    return undici(request);
  },

  async "undici.dispatch"() {
    only("get", "post", "large");
    const { Agent } = require("undici");
    const agent = new Agent({ connections: WORKERS });
    const options =
      workload === "post"
        ? { origin: url, path: PATH, method: "POST", headers: JSON_TYPE, body: PAYLOAD }
        : { origin: url, path: PATH, method: "GET" };
    return () =>
      new Promise((resolve, reject) => agent.dispatch(options, new Collector(resolve, reject)));
  },

  async "undici.RetryAgent"() {
    only("get", "retry");
    const { Agent, RetryAgent, request, setGlobalDispatcher } = require("undici");
    const retrying = { maxRetries: ATTEMPTS - 1, minTimeout: 1, maxTimeout: 1 };
    setGlobalDispatcher(
      new RetryAgent(new Agent({ connections: WORKERS }), workload === "retry" ? retrying : {}),
    );
    return undici(request);
  },

  async axios() {
    only("get");
    const axios = require("axios");
    const client = axios.create({
      baseURL: url,
      httpAgent: new Agent({ keepAlive: true, maxSockets: WORKERS }),
      responseType: "arraybuffer",
    });
    return async () => {
      const response = await client.get(PATH);
      return checked(response.headers["x-request-id"], response.data.length);
    };
  },

  async got() {
    only("get", "h2");
    const { got } = await load("got");
    const client = got.extend(
      workload === "h2"
        ? { http2: true }
        : { agent: { http: new Agent({ keepAlive: true, maxSockets: WORKERS }) } },
    );
    return async () => {
      const response = await client.get(url + PATH, { responseType: "buffer" });
      return checked(response.headers["x-request-id"], response.body.length);
    };
  },
};

function undici(request) {
  const options =
    workload === "post" ? { method: "POST", headers: JSON_TYPE, body: PAYLOAD } : undefined;
  return async () => {
    const { headers, body } = await request(url + PATH, options);
    return checked(headers["x-request-id"], (await body.arrayBuffer()).byteLength);
  };
}

/** What undici's lowest layer calls: reads the request ID, and collects the body into one Buffer. */
class Collector {
  constructor(resolve, reject) {
    this.resolve = resolve;
    this.reject = reject;
    this.requestId = undefined;
    this.chunks = [];
  }

  onRequestStart() {}

  onResponseStart(_controller, status, headers) {
    if (status >= 200 && status < 300) this.requestId = headers["x-request-id"];
  }

  onResponseData(_controller, chunk) {
    this.chunks.push(chunk);
  }

  onResponseEnd() {
    if (!this.requestId) return this.reject(new Error("no request ID"));
    const body = this.chunks.length === 1 ? this.chunks[0] : Buffer.concat(this.chunks);
    this.resolve(body.length);
  }

  onResponseError(_controller, error) {
    this.reject(error);
  }
}

async function work(call, more) {
  let count = 0;
  const worker = async () => {
    while (more(count)) {
      count++;
      if ((await call()) !== BODY) throw new Error("a body of another size");
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return count;
}

function until(ms) {
  const end = performance.now() + ms;
  return () => performance.now() < end;
}

function warmUp() {
  const inTime = until(WARM_UP.wallMs);
  return (count) => {
    const { user, system } = process.cpuUsage();
    return count < WARM_UP.calls && user + system < WARM_UP.cpuMs * 1000 && inTime();
  };
}

// Not process.resourceUsage(): that is never less than what the parent had when it started this process.
const peakMib = () =>
  Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;

const call = await CLIENTS[name]();
if (unit === "seconds") await work(call, warmUp());
const cpu = process.cpuUsage();
const wall = performance.now();
const count = await work(
  call,
  unit === "requests" ? (done) => done < Number(amount) : until(Number(amount) * 1000),
);
const elapsed = (performance.now() - wall) / 1000;
const { user, system } = process.cpuUsage(cpu);
const figures = {
  requests: count,
  rps: count / elapsed,
  cpu_us: (user + system) / count,
  rss_mb: peakMib(),
};
// The end of a process is not what is measured.
process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit());
