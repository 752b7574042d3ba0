// Requests, responses, and the options of both.

import loose from "node:assert";
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { runInNewContext } from "node:vm";

import {
  Client,
  ConfigError,
  DecodeError,
  RequestBuildError,
  Secret,
  UnavailableError,
} from "reqtrail";

import { serve } from "./server.mjs";
import { both, failure, run, served } from "./support.mjs";

test("every method, and the fields of a response", async (t) => {
  const { server, client } = await both(t);
  for (const verb of ["get", "post", "put", "patch", "delete", "head", "options"]) {
    const response = await client[verb]("/ok");
    assert.equal(response.status, 200);
    assert.equal(response.ok, true);
    assert.equal(server.seen.at(-1).method, verb.toUpperCase());
    assert.match(response.requestId, /^req_0/);
    assert.equal(response.requestId, response.trail.requestId);
  }
  const response = await client.request("GET", "/ok", { query: { limit: 10 } });
  assert.deepEqual(response.json(), { ok: true, query: "limit=10" });
  assert.equal(response.text(), '{"ok":true,"query":"limit=10"}');
  assert.deepEqual(response.bytes(), new TextEncoder().encode(response.text()));
  assert.equal(Object.getPrototypeOf(response.bytes()), Uint8Array.prototype);
  assert.equal(response.headers.get("content-length"), String(response.bytes().length));
});

test("headers are the platform's, with each of several values", async (t) => {
  const { client } = await both(t);
  const response = await client.get("/two");
  assert.ok(response.headers instanceof Headers);
  assert.equal(response.headers.get("x-many"), "one, two");
  assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
  assert.equal(response.headers.get("x-latin"), "caf\u00e9");
});

test("params, query, headers and bodies are sent as given", async (t) => {
  const { server, client } = await both(t);
  await client
    .get("/{a}/{b}", {
      params: { a: "x/y", b: 7n },
      query: { one: 1, many: ["a b", true], none: undefined },
      headers: { "X-A": "1", "X-B": ["2", "3"] },
    })
    .catch(() => {});
  const sent = server.seen.at(-1);
  assert.equal(sent.url, "/x%2Fy/7?one=1&many=a%20b&many=true");
  assert.equal(sent.headers["x-a"], "1");
  assert.equal(sent.headers["x-b"], "2, 3");
  await client.get("/ok", {
    query: new URLSearchParams([["q", "1"]]),
    headers: new Headers({ "X-C": "4" }),
  });
  assert.equal(server.seen.at(-1).url, "/ok?q=1");
  assert.equal(server.seen.at(-1).headers["x-c"], "4");
  const cases = [
    [{ json: { a: ["\u00e9", null] } }, '{"a":["\u00e9",null]}', "application/json"],
    [{ json: null }, "null", "application/json"],
    [{ body: "text" }, "text", undefined],
    [{ body: new Uint8Array([1, 2, 3]).subarray(1) }, "\u0002\u0003", undefined],
    [{ body: Buffer.from("bytes") }, "bytes", undefined],
    [{ body: new Uint8Array([1, 2]).buffer }, "\u0001\u0002", undefined],
    [{ body: new DataView(new Uint8Array([1, 2, 3]).buffer, 2) }, "\u0003", undefined],
    [{ body: new Blob(["a", "b"], { type: "text/x" }) }, "ab", "text/x"],
    [{ body: new Blob(["a"]) }, "a", undefined],
    [
      { body: new URLSearchParams([["a", "b c"]]) },
      "a=b+c",
      "application/x-www-form-urlencoded;charset=UTF-8",
    ],
    [{ body: new Blob(["a"], { type: "text/x" }), headers: { "content-type": "a/b" } }, "a", "a/b"],
    [{}, "", undefined],
  ];
  for (const [options, body, type] of cases) {
    assert.equal((await client.post("/echo", options)).text(), body);
    assert.equal(server.seen.at(-1).headers["content-type"], type);
  }
});

test("the type of a body does not replace the client's own", async (t) => {
  const { server, client } = await both(t, { headers: { "content-type": "text/own" } });
  const blob = new Blob(["a"], { type: "text/x" });
  for (const body of [blob, new URLSearchParams("a=b"), "a"]) {
    await client.post("/echo", { body });
    assert.equal(server.seen.at(-1).headers["content-type"], "text/own");
    await client.post("/echo", { body, headers: { "Content-Type": "text/call" } });
    assert.equal(server.seen.at(-1).headers["content-type"], "text/call");
  }
});

test("json refuses what JSON would lose", async (t) => {
  const { server, client } = await both(t);
  class Mine {
    a = 1;
  }
  class Told {
    #map = new Map([["a", 1]]);
    toJSON() {
      return Object.fromEntries(this.#map);
    }
  }
  const taken = [
    [{}, "{}"],
    [[{}, { a: {} }, { 0: 1 }, "{}"], '[{},{"a":{}},{"0":1},"{}"]'],
    [[Object.create(null), new Mine(), new Told()], '[{},{"a":1},{"a":1}]'],
    [[new Date(0), {}], '["1970-01-01T00:00:00.000Z",{}]'],
    [[Buffer.from("a"), {}], '[{"type":"Buffer","data":[97]},{}]'],
    [[new URL("http://a/"), {}], '["http://a/",{}]'],
    [[Object(1), Object("a"), {}, new Secret("{}")], '[1,"a",{},"{}"]'],
    [[Object.assign(new Error("a"), { code: 1 }), {}], '[{"code":1},{}]'],
  ];
  for (const [json, text] of taken) {
    assert.equal((await client.post("/echo", { json })).text(), text);
  }
  const count = server.seen.length;
  const empty = Promise.resolve(1);
  const refused = [
    [new Map([["a", 1]]), "an object \\(Map\\)", "Object.fromEntries"],
    [new Set([1]), "an object \\(Set\\)", "\\[\\.\\.\\.set\\]"],
    [empty, "an object \\(Promise\\)", "await it"],
    [new URLSearchParams("a=1"), "an object \\(URLSearchParams\\)", "body"],
    [new Headers({ a: "1" }), "an object \\(Headers\\)", "Object.fromEntries"],
    [new FormData(), "an object \\(FormData\\)", "Object.fromEntries"],
    [new Blob(["a"]), "an object \\(Blob\\)", "body"],
    [new ArrayBuffer(2), "an object \\(ArrayBuffer\\)", "body"],
    [new Uint8Array(0), "an object \\(Uint8Array\\)", "base64"],
    [new Float64Array(2), "an object \\(Float64Array\\)", "body"],
    [new DataView(new ArrayBuffer(2)), "an object \\(DataView\\)", "body"],
    [new WeakMap(), "an object \\(WeakMap\\)", "a value that JSON can hold"],
    [new Map().entries(), "an object \\(Map Iterator\\)", "iterator"],
    [new Error("s3cr3t"), "an object \\(Error\\)", "what is to be sent"],
    [/a/, "an object \\(RegExp\\)", "source"],
    [runInNewContext("new Map()"), "an object \\(Map\\)", "Object.fromEntries"],
  ];
  for (const [value, came, remedy] of refused) {
    for (const [json, at] of [
      [value, "json"],
      [{ list: [1, { deep: value }] }, "json\\.list\\[1\\]\\.deep"],
      [{ "a b": value }, 'json\\["a b"\\]'],
      [{ toJSON: () => ({ a: value }) }, "json\\.a"],
    ]) {
      const error = await failure(client.post("/echo", { json }));
      assert.ok(error instanceof TypeError, String(error));
      assert.match(error.message, new RegExp(`^${at}: expected .*${remedy}.*, not ${came}`));
      assert.ok(!error.message.includes("s3cr3t"));
    }
  }
  assert.equal(server.seen.length, count);
});

test("different secrets, responses and clients are not equal", async (t) => {
  const { server, client } = await both(t);
  assert.deepEqual(new Secret("a"), new Secret("a"));
  loose.deepEqual(new Secret("a"), new Secret("a"));
  for (const is of [assert, loose]) {
    is.notDeepEqual(new Secret("a"), new Secret("b"));
    is.notDeepEqual({ a: [new Secret("a")] }, { a: [new Secret("")] });
  }
  // The mark does not reveal the text: another process makes another mark.
  const program = `import { Secret } from "reqtrail"; console.log(Object.values(new Secret("a")).join())`;
  const [one, two] = await Promise.all([run(program), run(program)]);
  assert.equal(one.code, 0, one.stderr);
  assert.notEqual(one.stdout.trim(), "");
  assert.notEqual(one.stdout, two.stdout);
  const shown = inspect(new Secret("s3cr3t"), { customInspect: false, showHidden: true });
  assert.ok(!shown.includes("s3cr3t"), shown);

  const [first, second] = await Promise.all([client.get("/ok"), client.get("/ok")]);
  assert.deepEqual(first, first);
  const other = new Client(server.url);
  t.after(() => other.close());
  for (const is of [assert, loose]) {
    is.notDeepEqual(first, second);
    is.notDeepEqual(client, other);
  }
  assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(first))), [
    "status",
    "requestId",
    "trail",
  ]);
});

test("a secret parameter is shown nowhere", async (t) => {
  const { server, client } = await both(t);
  const error = await failure(
    client.get("/missing/{key}", { params: { key: new Secret("s3cr3t-key") } }),
  );
  assert.equal(server.seen.at(-1).url, "/missing/s3cr3t-key");
  assert.ok(error.trail.attempts[0].url.endsWith("/missing/{key}"));
  assert.ok(!JSON.stringify(error).includes("s3cr3t"));
  assert.ok(!`${new Secret("s3cr3t")} ${JSON.stringify(new Secret("s3cr3t"))}`.includes("s3cr3t"));
});

test("an unknown option is named, with the one that was meant", async (t) => {
  const { server, client } = await both(t);
  assert.throws(
    () => new Client(server.url, { timeout: 1 }),
    /a client has no option `timeout`; did you mean `timeoutMs`\?/,
  );
  await assert.rejects(client.get("/ok", { timeout: 1 }), (error) => {
    assert.ok(error instanceof TypeError);
    assert.match(error.message, /a request has no option `timeout`; did you mean `timeoutMs`\?/);
    return true;
  });
  await assert.rejects(client.get("/ok", { toString: 1 }), TypeError);
  assert.equal(server.seen.length, 0);
});

test("a wrong value is refused before anything is sent", async (t) => {
  const { server, client } = await both(t);
  for (const [options, text] of [
    [
      { timeoutMs: -1 },
      "timeoutMs: expected milliseconds, 0 or more, or Infinity for no limit, not -1",
    ],
    [{ timeoutMs: "1" }, "timeoutMs: expected milliseconds"],
    [{ maxAttempts: 1.5 }, "maxAttempts: expected a whole number, 0 or more, not 1.5"],
    [{ idempotent: 1 }, "idempotent: expected true or false"],
    [{ query: { a: null } }, "omit the key if there is none"],
    [{ query: { a: Number.NaN } }, "a finite number"],
    [{ params: { id: undefined } }, "params.id: expected a string"],
    [{ body: { a: 1 } }, "(for an object, json), not an object (Object)"],
    [{ body: new FormData() }, "multipart is not in this release"],
    [{ body: new ReadableStream() }, "streaming bodies are not in this release"],
    [{ body: Promise.resolve("a") }, "not an object (Promise)"],
    [{ query: { a: new Date(0) } }, "query.a: expected a string, a finite number"],
    [{ query: { a: new Map() } }, "not an object (Map)"],
    [{ query: { a: () => 1 } }, "query.a: expected a string, a finite number"],
    [{ query: { a: { b: 1 } } }, "not an object (Object)"],
    [{ query: { a: ["b", null] } }, "query.a[1]: expected a string, a finite number"],
    [{ query: [["a", null]] }, "query.a: expected"],
    [{ query: new Map([["a", null]]) }, "query.a: expected"],
    [{ query: new Date(0) }, "query: expected an object, or an iterable of pairs, not an obj"],
    [{ query: "a=1" }, "query: expected an object, or an iterable of pairs, not a string"],
    [{ headers: { "X-A": null } }, "headers.X-A: expected a string, a number, a bigint or a Sec"],
    [{ headers: { "X-A": true } }, "not true"],
    [{ params: [] }, "params: expected an object, not an array"],
    [{ timeoutMs: -Infinity }, "or Infinity for no limit, not -Infinity"],
    [{ idempotencyKey: 7 }, "idempotencyKey: expected a string, not 7"],
    [{ json: () => {} }, "json: expected a value that JSON can hold"],
    [{ json: 1, body: "1" }, "one body"],
    [{ signal: {} }, "signal: expected an AbortSignal"],
  ]) {
    await assert.rejects(client.get("/ok", options), (error) => {
      assert.ok(error instanceof TypeError, error);
      assert.ok(error.message.includes(text), error.message);
      return true;
    });
  }
  for (const [path, options, text] of [
    [undefined, {}, "path: expected a template such as"],
    [new URL(server.url), {}, "(for a link of the API, requestLink), not an object (URL)"],
    ["/ok", null, "options: expected an object, not null"],
    ["/ok", "a", "options: expected an object, not a string"],
    ["/ok", [], "options: expected an object, not an array"],
  ]) {
    await assert.rejects(
      client.get(path, options),
      (error) => error instanceof TypeError && error.message.includes(text),
    );
  }
  await assert.rejects(client.request(7, "/ok"), /^TypeError: method: expected a string, not 7/);
  await assert.rejects(
    client.requestLink("GET", {}),
    /^TypeError: link: expected a URL or a URL string/,
  );
  for (const [path, options] of [
    ["/ok", { headers: { "x-a": "a\nb" } }],
    ["/{id}", {}],
    ["//other", {}],
    ["/ok", { maxAttempts: 0 }],
  ]) {
    const error = await failure(client.get(path, options));
    assert.ok(error instanceof RequestBuildError);
    assert.deepEqual(error.trail.attempts, []);
  }
  assert.equal(server.seen.length, 0);
});

test("a wrong value of a client's option is refused by name", () => {
  for (const [options, text] of [
    [{ http2PingIntervalMs: -1 }, "http2PingIntervalMs: expected milliseconds, 0 or more, or"],
    [{ http2PingIntervalMs: "5" }, "or Infinity for no limit, not a string"],
    [{ http2PingTimeoutMs: Number.NaN }, "http2PingTimeoutMs: expected milliseconds, 0 or more"],
    [{ unixSocket: 7 }, "unixSocket: expected a string, not 7"],
    [{ retryBudget: false }, "retryBudget: expected an object such as { capacity: 500, retryCost"],
    [{ retryBudget: { capacity: -1 } }, "retryBudget.capacity: expected a whole number, 0 or mo"],
    [{ retryBudget: { cost: 1 } }, 'retryBudget has no "cost"; it has capacity, retryCost'],
    [{ retryBudget: [] }, "or null for none, not an array"],
    [{ maxAttempts: "4" }, "maxAttempts: expected a whole number, 0 or more, not a string"],
    [
      { maxRedirects: 2 ** 33 },
      "maxRedirects: expected a whole number from 0 to 4294967295, not 85",
    ],
    [{ traceparent: "no" }, "traceparent: expected true or false, not a string"],
    [{ headers: { "X-A": {} } }, "headers.X-A: expected a string, a number, a bigint or a Secre"],
    [{ headers: 7 }, "headers: expected an object, or an iterable of pairs, not 7"],
    [{ showQueryParams: ["a", 7] }, "showQueryParams[1]: expected a string, not 7"],
    [{ resolve: [7] }, "resolve[0]: expected a string, not 7"],
    [{ extraCa: [7] }, "extraCa[0]: expected PEM as a string or bytes, not 7"],
    [{ proxy: new URL("http://p") }, "proxy: expected a string or a Secret, not an object (URL)"],
    [{ tokenRefresher: "t" }, "tokenRefresher: expected a function, not a string"],
    [{ onCall: 7 }, "onCall: expected a function, not 7"],
    [{ dialect: 7 }, "dialect: expected a name, a description or JSON, not 7"],
    [{ dialect: [] }, "dialect: expected a name, a description or JSON, not an array"],
    [null, "options: expected an object, not null"],
    ["novavms", "options: expected an object, not a string"],
    [{ unixSocket: new URL("file:///x") }, "unixSocket: expected a string, not an object"],
  ]) {
    assert.throws(
      () => new Client("http://api.example", options),
      (error) => error instanceof TypeError && error.message.includes(text),
    );
  }
});

test("a base URL is text or a URL, and nothing else", () => {
  for (const base of [undefined, null, 7, {}, ["http://api.example"]]) {
    assert.throws(() => new Client(base), /^TypeError: baseUrl: expected a URL or a URL string/);
  }
});

test("the error of a client that cannot be built says why, without secrets", () => {
  for (const [url, options, text] of [
    ["ftp://api.example", {}, "expected http or https"],
    ["http://api.example", { maxAttempts: 33 }, "maxAttempts is 33; expected 1 to 32"],
    ["http://api.example", { timeoutMs: 0 }, "timeoutMs is 0"],
    ["http://api.example", { attemptTimeoutMs: 0 }, "attemptTimeoutMs is 0"],
    ["http://api.example", { http2PingIntervalMs: 0 }, "http2PingIntervalMs is 0; expected"],
    ["http://api.example", { http2PingTimeoutMs: 0 }, "http2PingTimeoutMs is 0; expected"],
    ["http://api.example", { resolve: ["a:b"] }, "resolve[0] is `a:b`, which lacks a part; exp"],
    ["http://api.example", { unixSocket: "" }, "unixSocket is empty; expected the path"],
    ["http://api.example", { unixSocket: "/x".repeat(99) }, "unixSocket is the path `/x/x"],
    ["http://api.example", { unixSocket: "/x", proxy: "http://p" }, "unixSocket and proxy are"],
    ["http://api.example", { headers: { "a b": "c" } }, "headers"],
    ["http://api.example", { dialect: "nova" }, "nova"],
    ["http://api.example", { dialect: { name: "a", errors: {} } }, "errors"],
    ["http://api.example", { extraCa: "no PEM" }, "extraCa"],
    ["http://api.example", { token: "s3cr3t\n" }, "token"],
  ]) {
    assert.throws(
      () => new Client(url, options),
      (error) => {
        assert.ok(error instanceof ConfigError, String(error));
        assert.equal(error.kind, "config");
        assert.equal(error.trail, null);
        assert.ok(error.message.includes(text), error.message);
        assert.ok(!error.message.includes("s3cr3t"));
        assert.match(error.stack.split("\n    at ")[1], /client\.test\.mjs/);
        return true;
      },
    );
  }
});

test("a call goes to a Unix socket, and names the base URL", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "rt-"));
  t.after(() => rm(folder, { recursive: true }));
  const socket = join(folder, "api.sock");
  const server = await serve(socket);
  t.after(() => server.stop());
  const base = "http://api.example:8080";
  for (const options of [{}, { http2PingIntervalMs: null }, { http2PingTimeoutMs: 500 }]) {
    const client = new Client(base, { unixSocket: socket, ...options });
    t.after(() => client.close());
    const { status, trail } = await client.get("/ok");
    assert.equal(status, 200);
    assert.equal(trail.attempts[0].url, `${base}/ok`);
    assert.equal(server.seen.at(-1).headers.host, "api.example:8080");
  }
  const client = new Client(base, { unixSocket: `${socket}-none`, maxAttempts: 1 });
  t.after(() => client.close());
  const error = await failure(client.get("/ok"));
  assert.equal(error.kind, "connect");
  assert.ok(error.message.includes(`${socket}-none`), error.message);
});

test("retries, and the options that govern them", async (t) => {
  const { server, client } = await both(t, { maxAttempts: 3 });
  const response = await client.get("/once/a");
  assert.deepEqual(
    response.trail.attempts.map(({ status, cause }) => [status, cause]),
    [
      [503, "initial"],
      [200, "retry"],
    ],
  );
  assert.equal(response.trail.requestIds.length, 2);
  assert.equal((await failure(client.get("/busy"))).trail.attempts.length, 3);
  assert.equal((await failure(client.get("/busy", { maxAttempts: 1 }))).trail.attempts.length, 1);
  const unsafe = await failure(client.post("/busy"));
  assert.ok(unsafe instanceof UnavailableError);
  assert.equal(unsafe.trail.stopped, "unsafe_to_retry");
  await failure(client.post("/busy", { idempotencyKey: "k1", maxAttempts: 2 }));
  assert.deepEqual(
    server.seen.slice(-2).map(({ headers }) => headers["idempotency-key"]),
    ["k1", "k1"],
  );
  assert.equal(
    (await failure(client.get("/busy", { idempotent: false }))).trail.attempts.length,
    1,
  );
  const late = await failure(client.get("/wait", { timeoutMs: 1000 }));
  assert.equal(late.trail.stopped, "deadline");
  assert.equal(late.retryAfterMs, 30_000);
  const off = new Client(server.url, { retryBudget: null, baseDelayMs: 0 });
  await failure(off.get("/busy"));
  await off.close();
});

test("another API is described as data, in camelCase or as JSON", async (t) => {
  const server = await served(t);
  const page = "https://acme.example/errors";
  const known = { category: "conflict", hint: "look again" };
  for (const dialect of [
    {
      name: "acme",
      requestIdHeaders: ["X-Request-Id"],
      error: { code: "/error/code", message: "/error/message" },
      // Codes are the API's and stay unchanged, whatever they look like.
      codes: { not_found: { ...known, documentationUrl: page }, notFound: { hint: "look twice" } },
    },
    JSON.stringify({
      name: "acme",
      request_id_headers: ["X-Request-Id"],
      error: { code: "/error/code", message: "/error/message" },
      codes: { not_found: { ...known, documentation_url: page } },
    }),
  ]) {
    const client = new Client(server.url, { dialect });
    const error = await failure(client.get("/missing"));
    assert.equal(error.name, "ConflictError");
    assert.equal(error.code, "not_found");
    assert.equal(error.hint, "look again");
    assert.equal(error.documentationUrl, page);
    assert.equal(error.reason, "no such camera");
    assert.equal(error.trail.dialect, "acme");
    await client.close();
  }
  const codes = { not_found: { documentationUrl: "acme.example/errors" } };
  assert.throws(() => new Client(server.url, { dialect: { name: "acme", codes } }), {
    name: "ConfigError",
    message: /`codes\.not_found\.documentation_url` is `acme\.example\/errors`; expected an http/,
  });
});

test("a body that cannot be read as asked is an error with the trail", async (t) => {
  const { client } = await both(t);
  const response = await client.get("/text");
  for (const read of [() => response.text(), () => response.json()]) {
    assert.throws(read, (error) => {
      assert.ok(error instanceof DecodeError);
      assert.equal(error.trail.outcome, "decode");
      assert.equal(error.requestId, response.requestId);
      assert.match(error.stack.split("\n    at ")[1], /client\.test\.mjs/);
      return true;
    });
  }
  assert.deepEqual([...response.bytes()], [0xff, 0x20]);
  const odd = await client.get("/not-json");
  assert.throws(
    () => odd.json(),
    (error) => !String(error).includes("s3cr3t") && /line 1/.test(error.message),
  );
});

test("a link that the API returned", async (t) => {
  const { server, client } = await both(t);
  await client.requestLink("GET", new URL("/ok?cursor=c", server.url));
  assert.equal(server.seen.at(-1).url, "/ok?cursor=c");
  assert.ok(
    (await failure(client.requestLink("GET", "http://other.example/"))) instanceof
      RequestBuildError,
  );
});

test("tokens: set, refreshed once for all, refused", async (t) => {
  let asked = 0;
  const { server, client } = await both(t, {
    token: "bad",
    tokenRefresher: async () => {
      asked++;
      await null;
      return new Secret("good");
    },
  });
  const all = await Promise.all(Array.from({ length: 20 }, () => client.get("/private")));
  assert.equal(asked, 1);
  assert.ok(all.some(({ trail }) => trail.attempts.at(-1).cause === "reauth"));
  client.setToken("bad again");
  await client.get("/private");
  assert.equal(asked, 2);
  assert.throws(() => client.setToken("a\nb"), ConfigError);
  assert.throws(() => client.setToken(7), TypeError);
  const plain = new Client(server.url, { token: "bad", tokenRefresher: () => "good" });
  await plain.get("/private");
  await plain.close();
});

test("a call sends the token that its client had when it began", async (t) => {
  const { server, client } = await both(t, { token: "first" });
  const calls = [];
  for (let i = 0; i < 100; i++) {
    client.setToken(`tenant-${i}`);
    calls.push(client.get(`/own/${i}`));
    // A body that must be read first makes no difference.
    if (i % 10 === 0) calls.push(client.post(`/own/${i}`, { body: new Blob(["a"]) }));
  }
  await Promise.all(calls);
  for (const { url, headers } of server.seen) {
    assert.equal(headers.authorization, `Bearer tenant-${url.split("/").at(-1)}`);
  }
});

test("what a refresher throws is the cause of the 401", async (t) => {
  const thrown = new RangeError("no token is left");
  for (const [tokenRefresher, cause] of [
    [
      () => {
        throw thrown;
      },
      thrown,
    ],
    [
      async () => {
        throw thrown;
      },
      thrown,
    ],
    [() => 7, undefined],
  ]) {
    const { client } = await both(t, { token: "bad", tokenRefresher });
    const error = await failure(client.get("/private"));
    assert.equal(error.name, "AuthenticationError");
    if (cause === undefined) assert.ok(error.cause instanceof TypeError);
    else assert.equal(error.cause, cause);
  }
});

test("a closed client cancels what is open and refuses the rest", async (t) => {
  const { server, client } = await both(t);
  const open = failure(client.get("/stall"));
  await server.next();
  const closing = client.close();
  await client.close();
  const error = await open;
  assert.equal(error.kind, "cancelled");
  assert.equal(error.cause, undefined);
  assert.equal(error.trail.attempts.length, 1);
  await closing;
  await assert.rejects(client.get("/ok"), /the client is closed/);
  assert.throws(() => client.setToken("t"), /the client is closed/);
  const other = new Client(server.url);
  const response = await other.get("/ok");
  await other[Symbol.asyncDispose]();
  // A response works after its client is closed.
  assert.equal(response.json().ok, true);
  assert.match(response.trail.report(), /GET \/ok/);
});

test("null omits an option", async (t) => {
  const { server, client } = await both(t, { token: "bad", tokenRefresher: null, onCall: null });
  assert.equal((await failure(client.get("/private"))).status, 401);
  const call = { query: null, headers: null, body: null, signal: null, timeoutMs: null };
  await client.post("/echo", call);
  assert.equal(server.seen.at(-1).body.length, 0);
  assert.equal((await client.post("/echo", { json: null })).text(), "null");
});

test("the error of a token that cannot be sent says why", async (t) => {
  const { server } = await both(t);
  for (const bad of ["s3cr3t\n", ""]) {
    const client = new Client(server.url, { token: "bad", tokenRefresher: () => bad });
    const error = await failure(client.get("/private"));
    assert.equal(error.status, 401);
    assert.ok(error.cause instanceof Error, inspect(error));
    assert.match(error.cause.message, /token/);
    assert.ok(!inspect(error).includes("s3cr3t"));
    await client.close();
  }
});

test("error texts name the kind of a value, and never show it", async (t) => {
  const { client } = await both(t);
  for (const token of [
    Buffer.from("s3cr3t"),
    { s3cr3t: 1 },
    ["s3cr3t"],
    731731,
    Object.create(null),
  ]) {
    assert.throws(
      () => new Client("http://api.example", { token }),
      (error) =>
        error instanceof TypeError &&
        error.message.startsWith("token: expected a string or a Secret, not ") &&
        !/s3cr3t|73|<|\[/.test(error.message),
    );
  }
  await assert.rejects(client.get("/ok", { signal: Buffer.from("s3cr3t") }), /\(Buffer\)$/);
});

test("a Secret is sent unchanged, and shown nowhere", async (t) => {
  const { server, client } = await both(t, { headers: { "X-Default": new Secret("d-s3cr3t") } });
  const password = new Secret("p-s3cr3t");
  const response = await client.post("/echo", {
    json: { user: { password }, list: [password], dated: { toJSON: () => password } },
    headers: { "X-Own": new Secret("h-s3cr3t"), "X-Number": 7 },
    query: { signature: new Secret("q-s3cr3t") },
  });
  assert.deepEqual(response.json(), {
    user: { password: "p-s3cr3t" },
    list: ["p-s3cr3t"],
    dated: "p-s3cr3t",
  });
  const { url, headers } = server.seen.at(-1);
  assert.equal(url, "/echo?signature=q-s3cr3t");
  assert.deepEqual(
    [headers["x-default"], headers["x-own"], headers["x-number"]],
    ["d-s3cr3t", "h-s3cr3t", "7"],
  );
  assert.ok(
    !(inspect(response) + String(response.trail) + JSON.stringify(response)).includes("s3cr3t"),
  );
  await assert.rejects(client.get("/ok", { query: { Limit: password } }), /cannot be a Secret/);
});

test("a Secret header is redacted where the server repeats it", async (t) => {
  const { server } = await both(t);
  const secret = new Secret("h-s3cr3t");
  for (const [defaults, headers, repeated] of [
    [undefined, { "X-Thing": secret }, "[redacted]"],
    [{ "X-Thing": secret }, undefined, "[redacted]"],
    [[["x-thing", secret]], { "X-Other": "1" }, "[redacted]"],
    // Each value is redacted or shown by itself.
    [{ "X-Thing": secret }, { "X-Thing": "seen" }, "seen"],
    [
      { "X-Thing": "seen" },
      { "X-Other": "1", "X-Thing": ["seen", secret, 7] },
      "seen, [redacted], 7",
    ],
    [{ "X-Other": "2", "X-Thing": ["seen", secret] }, {}, "seen, [redacted]"],
  ]) {
    const client = new Client(server.url, { headers: defaults });
    for (const body of ["a", new Blob(["a"], { type: "text/plain" })]) {
      const error = await failure(client.post("/echo-thing", { headers, body }));
      assert.equal(error.reason, `no such thing: ${repeated}`);
      const shown = [inspect(error), error.text, String(error.body), JSON.stringify(error)].join();
      assert.ok(!shown.includes("s3cr3t"), shown);
      const sent = server.seen.at(-1).headers["x-thing"];
      assert.equal(sent, repeated.replace("[redacted]", "h-s3cr3t"));
    }
    await client.close();
  }
});

test("closing twice ends once, and a closed client says so", async (t) => {
  const { server, client } = await both(t);
  const open = failure(client.get("/stall"));
  await server.next();
  let ended = false;
  const first = client.close().then(() => (ended = true));
  await client.close();
  await first;
  assert.ok(ended);
  assert.equal((await open).kind, "cancelled");
  const late = await failure(client.get("/ok"));
  assert.ok(late instanceof RequestBuildError, inspect(late));
  assert.equal(late.kind, "invalid_request");
  assert.match(late.message, /the client is closed/);
  assert.throws(() => client.setToken("t"), RequestBuildError);
});

test("a lone surrogate is refused by name", async (t) => {
  const { server, client } = await both(t);
  for (const name of ["token", "userAgent", "microversion"]) {
    assert.throws(
      () => new Client(server.url, { [name]: "a\ud800" }),
      new RegExp(`^TypeError: ${name}: `),
    );
  }
  for (const options of [
    { query: { a: "\udc00" } },
    { headers: { a: "\ud800b" } },
    { params: { id: "\ud800" } },
    { idempotencyKey: "\ud800" },
  ]) {
    await assert.rejects(client.get("/own/{id}", { params: { id: 1 }, ...options }), TypeError);
  }
  assert.equal(server.seen.length, 0);
  await client.get("/own/{id}", { params: { id: "😀" } });
});
