// A small server on loopback. Every path does what its name says.

import { createServer } from "node:http";

const ERROR = { error: { code: "not_found", message: "no such camera" } };

/** Starts a server on loopback or on a Unix socket. `seen` has its requests; `stop()` ends it. */
export async function serve(socket) {
  let last = 0;
  const seen = [];
  const met = new Set();
  const stalled = new Set();
  const waiting = [];

  function answer(response, status, body, headers = {}) {
    const content = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const id = `req_${String(++last).padStart(8, "0")}`;
    response.writeHead(status, {
      "X-Request-Id": id,
      "Content-Length": content.length,
      ...headers,
    });
    response.end(response.req.method === "HEAD" ? undefined : content);
  }

  async function handle(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    for (const look of waiting.splice(0)) look();
    const [path, query = ""] = request.url.split("?");
    const [name, key] = path.split("/").slice(1);
    switch (name) {
      case "ok":
        return answer(response, 200, { ok: true, query });
      case "echo":
        return answer(response, 200, body);
      case "own":
        // The ID has the caller's number, so that tests notice swapped IDs.
        return answer(response, 200, { key }, { "X-Request-Id": `own-${key}` });
      case "two":
        response.appendHeader("Set-Cookie", "a=1");
        response.appendHeader("Set-Cookie", "b=2");
        response.setHeader("X-Many", ["one", "two"]);
        return answer(response, 200, {}, { "X-RateLimit-Limit": "10", "X-Latin": "caf\u00e9" });
      case "text":
        return answer(response, 200, Buffer.from([0xff, 0x20]));
      case "not-json":
        return answer(response, 200, Buffer.from('{"secret": s3cr3t}'));
      case "words": {
        const words = Buffer.from('{"error":"not_found","message":"caf\u00e9 \\ud800"}', "latin1");
        return answer(response, 404, words, { "Content-Type": "application/json; charset=latin1" });
      }
      case "html":
        return answer(response, 404, Buffer.from("<h1>"));
      case "tagged": {
        const current = request.headers["if-none-match"] === '"v1"';
        const body = Buffer.from(current ? "" : "caf\u00e9", "latin1");
        const headers = { ETag: '"v1"', "Content-Type": "text/plain; charset=latin1" };
        return answer(response, current ? 304 : 200, body, headers);
      }
      case "missing":
        return answer(response, 404, ERROR, { "Set-Cookie": "s3cr3t" });
      case "forbidden":
        return answer(response, 403, { error: "forbidden", message: "no" });
      case "busy":
        return answer(response, 503, { error: "service_unavailable" }, { "Retry-After": "0" });
      case "wait":
        return answer(response, 503, { error: "service_unavailable" }, { "Retry-After": "30" });
      case "once": {
        const first = !met.has(key);
        met.add(key);
        return answer(response, first ? 503 : 200, {}, first ? { "Retry-After": "0" } : {});
      }
      case "private": {
        const good = request.headers.authorization === "Bearer good";
        return answer(response, good ? 200 : 401, good ? {} : { error: "invalid_token" });
      }
      case "echo-token":
        return answer(response, 400, {
          error: "validation_failed",
          message: request.headers.authorization,
        });
      case "echo-thing":
        return answer(response, 400, {
          error: "validation_failed",
          message: `no such thing: ${request.headers["x-thing"]}`,
        });
      case "stall":
        return stalled.add(response);
      case "half":
        response.writeHead(200, { "X-Request-Id": "req_half", "Content-Length": 100 });
        response.write("half");
        return stalled.add(response);
      default:
        return answer(response, 404, ERROR);
    }
  }

  const server = createServer((request, response) => {
    // Tests let clients disconnect in the middle.
    handle(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  const where = socket === undefined ? { port: 0, host: "127.0.0.1" } : { path: socket };
  await new Promise((resolve) => server.listen({ ...where, backlog: 1024 }, resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    seen,
    /** Resolves with the next request. */
    next: () => new Promise((resolve) => waiting.push(resolve)),
    stop() {
      for (const response of stalled) response.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

// As a program, it prints its URL, and ends when its standard input ends.
if (process.argv[1] === import.meta.filename) {
  const { url } = await serve();
  console.log(url);
  process.stdin.on("end", () => process.exit()).resume();
}
