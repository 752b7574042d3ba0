// One client: GETs with keep-alive, the whole body, the request ID.
// `client.mjs NAME CONCURRENCY URL FOLDER SECONDS [REQUESTS]`: FOLDER has the client's package, REQUESTS is exactly that
// many calls without a warm-up.
//
// Peers are used as their documentation says for many requests, with a pool that is large enough for the workers; what
// they have beyond that (cookies, retries, redirects) stays at its default.

import { Agent } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [name, concurrency, url, folder, seconds, requests] = process.argv.slice(2);
const WORKERS = Number(concurrency);
// Connections are made in it, and what is made with the first call.
const WARM_UP_MS = 300;
const BODY = 1024;
const PATH = "/events";

const require = createRequire(path.join(path.resolve(folder), "bench.cjs"));
const load = (name) => import(pathToFileURL(require.resolve(name)));

/** Each makes what makes a call, reads its request ID and gives the size of its body. */
const CLIENTS = {
  async reqtrail() {
    const { Client } = require("reqtrail");
    const client = new Client(url);
    return async () => {
      const response = await client.get(PATH);
      if (!response.requestId) throw new Error("no request ID");
      return response.bytes().length;
    };
  },

  async fetch() {
    return async () => {
      const response = await fetch(url + PATH);
      if (!response.headers.get("x-request-id")) throw new Error("no request ID");
      return (await response.arrayBuffer()).byteLength;
    };
  },

  async "undici.request"() {
    const { Agent, request, setGlobalDispatcher } = require("undici");
    setGlobalDispatcher(new Agent({ connections: WORKERS }));
    return undici(request);
  },

  async "undici.RetryAgent"() {
    const { Agent, RetryAgent, request, setGlobalDispatcher } = require("undici");
    setGlobalDispatcher(new RetryAgent(new Agent({ connections: WORKERS })));
    return undici(request);
  },

  async axios() {
    const axios = require("axios");
    const client = axios.create({
      baseURL: url,
      httpAgent: new Agent({ keepAlive: true, maxSockets: WORKERS }),
      responseType: "arraybuffer",
    });
    return async () => {
      const response = await client.get(PATH);
      if (!response.headers["x-request-id"]) throw new Error("no request ID");
      return response.data.length;
    };
  },

  async got() {
    const { got } = await load("got");
    const client = got.extend({
      agent: { http: new Agent({ keepAlive: true, maxSockets: WORKERS }) },
    });
    return async () => {
      const response = await client.get(url + PATH, { responseType: "buffer" });
      if (!response.headers["x-request-id"]) throw new Error("no request ID");
      return response.body.length;
    };
  },
};

function undici(request) {
  return async () => {
    const { headers, body } = await request(url + PATH);
    if (!headers["x-request-id"]) throw new Error("no request ID");
    return (await body.arrayBuffer()).byteLength;
  };
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

const call = await CLIENTS[name]();
if (!requests) await work(call, until(WARM_UP_MS));
const cpu = process.cpuUsage();
const wall = performance.now();
const count = await work(
  call,
  requests ? (done) => done < Number(requests) : until(Number(seconds) * 1000),
);
const elapsed = (performance.now() - wall) / 1000;
const { user, system } = process.cpuUsage(cpu);
const figures = {
  requests: count,
  rps: count / elapsed,
  cpu_us: (user + system) / count,
  rss_mb: process.resourceUsage().maxRSS / 1024,
};
// The end of a process is not what is measured.
process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit());
