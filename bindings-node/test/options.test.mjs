// Every option: what it accepts and refuses, and its documentation; and names that are not options.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";

import { Client, ConfigError, ReqtrailError, RequestBuildError, openstack } from "reqtrail";

import { certificate, failure, hasOpenssl, served } from "./support.mjs";

const require = createRequire(import.meta.url);
const installed = path.dirname(require.resolve("reqtrail/package.json"));
const source = process.env.REQTRAIL_SOURCE;
const skip = !source;
const { groups } = skip
  ? {}
  : JSON.parse(readFileSync(path.join(source, "..", "schema", "surface.json"), "utf8"));

/** A valid value of each kind, and some that are not valid. */
const KINDS = {
  flag: [true, "yes", 1],
  count: [3, -1, 1.5, "3", 2 ** 60, 3n],
  duration: [3000, -1, Number.NaN, -Infinity, "3", true],
  text: ["some", 7, {}, "\ud800"],
  secret: ["some", 7, {}, Buffer.from("some")],
  path: ["/some", 7, Buffer.from("/some")],
  texts: [["one", "two"], 7, ["one", 7], { one: 1 }],
  pems: [["one", "two"], 7, ["one", 7]],
  statuses: [[404, 410], "404", [404, "410"], -1, 1.5],
  headers: [{ "X-Region": "north" }, 7, "north", { "X-Region": true }, new Date(0)],
  dialect: ["novavms", 7, []],
  retry_budget: [{ capacity: 7 }, 7, { capacity: "7" }, { capacity: 2 ** 40 }, { tokens: 7 }],
};

/** Values for options that do not accept the value of their kind. */
const VALUES = {
  microversion: "2.90",
  proxy: "http://127.0.0.1:9",
  resolve: "api.example:443:10.0.0.7",
  chaos: "503@1%",
  journalPolicy: "all",
  journalSync: "never",
  journalUrls: "template",
  journalMaxBytes: 2 * 1024 * 1024,
  correlationId: "req-00000000-0000-4000-8000-000000000000",
};

// The option `record` is refused without it.
process.env.REQTRAIL_ALLOW_RECORD = "1";

/** Checks that the error of a value of the right type names the option. */
function assertAbout(error, name) {
  assert.ok(error instanceof ReqtrailError, String(error));
  assert.equal(error.option, name, String(error));
  assert.equal(error.toJSON().option, name);
  assert.ok(error.reason.startsWith(name), error.reason);
}

test("every option of a client is accepted, and refused by name", { skip }, async (t) => {
  process.env.REQTRAIL_ALLOW_CHAOS = "1";
  t.after(() => delete process.env.REQTRAIL_ALLOW_CHAOS);
  const values = { ...VALUES };
  if (hasOpenssl()) {
    const files = certificate(t);
    const [key, cert] = [files.key, files.cert].map((file) => readFileSync(file, "utf8"));
    Object.assign(values, { extraCa: [cert, Buffer.from(cert)], clientCertificate: key + cert });
  }
  for (const { kind, names } of groups.client.options) {
    const name = names.node;
    const [fits, ...wrong] = KINDS[kind];
    const needsOpenssl = ["extraCa", "clientCertificate"].includes(name);
    const accepted = needsOpenssl && !(name in values) ? [] : [values[name] ?? fits];
    for (const given of [...accepted, null, undefined]) {
      const options = { dialect: "openstack", [name]: given };
      await new Client("https://api.example", options).close();
    }
    for (const given of wrong) {
      assert.throws(
        () => new Client("http://api.example", { [name]: given }),
        (error) => {
          assert.ok(error instanceof TypeError, `${name}: ${error}`);
          assert.ok(error.message.startsWith(name), error.message);
          assert.match(error.stack.split("\n    at ")[1], /options\.test\.mjs/);
          return true;
        },
      );
    }
  }
});

test("every option of a request is accepted, and refused by name", { skip }, async (t) => {
  const server = await served(t);
  const client = new Client(server.url, { dialect: "openstack" });
  t.after(() => client.close());
  for (const { kind, names } of groups.request.options) {
    const name = names.node;
    const [fits, ...wrong] = KINDS[kind];
    for (const given of [VALUES[name] ?? fits, null, undefined]) {
      assert.equal((await client.get("/ok", { [name]: given })).status, 200);
    }
    for (const given of wrong) {
      const error = await failure(client.get("/ok", { [name]: given }));
      assert.ok(error instanceof TypeError, `${name}: ${error}`);
      assert.ok(error.message.startsWith(name), error.message);
      assert.match(error.stack.split("\n    at ")[1], /options\.test\.mjs/);
    }
  }
});

test("a description with the name of a built-in dialect is refused", () => {
  for (const dialect of [{ name: "novavms" }, '{"name": "openstack"}']) {
    assert.throws(
      () => new Client("http://api.example", { dialect }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assertAbout(error, "dialect");
        assert.match(error.reason, /the name of a built-in dialect$/);
        return true;
      },
    );
  }
});

test("a number that its option cannot hold is refused", () => {
  assert.throws(() => new Client("http://api.example", { maxRedirects: 2 ** 33 }), {
    name: "TypeError",
    message: "maxRedirects: expected a whole number from 0 to 4294967295, not 8589934592",
  });
});

test("every option is documented where editors look", { skip }, () => {
  const read = (name) => readFileSync(path.join(installed, "lib", name), "utf8");
  const printed = read("option-values.d.ts");
  for (const [group, written] of [
    ["client", read("options.d.ts")],
    ["request", read("request.d.ts") + read("paths.d.ts")],
  ]) {
    const { options, by_hand: byHand } = groups[group];
    for (const [text, rows] of [
      [printed, options],
      [printed + written, byHand],
    ]) {
      for (const { names } of rows) {
        assert.match(text, new RegExp(`\\*/\\s+(?:readonly )?${names.node}\\??:`), names.node);
      }
    }
  }
});

test("the error of an unknown option has the name that was meant, or advice", async (t) => {
  const server = await served(t);
  for (const [name, text] of [
    ["timeout", "a client has no option `timeout`; did you mean `timeoutMs`?"],
    ["max_attempts", "did you mean `maxAttempts`?"],
    ["onatempt", "did you mean `onAttempt`?"],
    ["rejectUnauthorized", "`dangerAcceptInvalidCerts` turns the verification off"],
    ["ca", "`extraCa` adds an authority"],
    ["auth", "`token` is the credential"],
    ["httpsAgent", "`proxy` is the URL of a proxy"],
    ["maxRetries", "`maxAttempts` counts the first attempt too"],
    ["fruit", "a client has no option `fruit`; it has dialect, token, "],
    ["toString", "a client has no option `toString`; "],
  ]) {
    assert.throws(
      () => new Client(server.url, { [name]: undefined }),
      (error) => {
        assert.ok(error instanceof TypeError);
        assert.ok(error.message.includes(text), error.message);
        assert.match(error.stack.split("\n    at ")[1], /options\.test\.mjs/);
        return true;
      },
    );
  }
  const client = new Client(server.url);
  t.after(() => client.close());
  for (const [name, text] of [
    ["timeout", "a request has no option `timeout`; did you mean `timeoutMs`?"],
    ["data", "`json`"],
    ["form", "`body`"],
    ["searchParams", "`query`"],
    ["auth", "`headers`"],
    ["rejectUnauthorized", "belongs to the client"],
    ["dispatcher", "belongs to the client"],
    ["cancelToken", "`signal` is what cancels the call"],
    ["fruit", "a request has no option `fruit`; it has params, query, "],
    ["__proto__", "a request has no option `__proto__`; "],
  ]) {
    const options = Object.defineProperty({}, name, { value: 1, enumerable: true });
    const error = await failure(client.get("/ok", options));
    assert.ok(error instanceof TypeError);
    assert.ok(error.message.includes(text), error.message);
  }
  const error = await failure(client.get("/ok", { params: { limit: 1 } }));
  assert.ok(error instanceof RequestBuildError);
  assert.ok(error.message.includes("`limit` given as `query`"), error.message);
  assert.equal(server.seen.length, 0);
});

test("durations: Infinity means no limit, and 0 is refused", async (t) => {
  const server = await served(t);
  const times = ["timeoutMs", "attemptTimeoutMs", "connectTimeoutMs"];
  const endless = Object.fromEntries(times.map((name) => [name, Infinity]));
  const client = new Client(server.url, {
    ...endless,
    poolIdleTimeoutMs: Infinity,
    maxRetryAfterMs: Infinity,
  });
  t.after(() => client.close());
  for (const options of [{}, endless, { timeoutMs: 1e300 }, { body: new Blob(["a"]) }]) {
    assert.equal((await client.post("/echo", { json: 1, ...pick(options) })).status, 200);
  }
  for (const name of times) {
    assert.throws(
      () => new Client(server.url, { [name]: 0 }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assertAbout(error, name);
        assert.equal(error.reason, `${name} is 0; expected a longer time`);
        return true;
      },
    );
    assertAbout(await failure(client.get("/ok", { [name]: 0 })), name);
  }
});

test("the durations of an operation are checked like those of a call", async (t) => {
  const server = await served(t);
  const client = Client.openstack(server.url);
  t.after(() => client.close());
  const compute = new openstack.Compute(client);
  const id = "c76a7603-95be-4368-87e9-7b9b89fb1d7e";
  const reads = [
    (options) => compute.server(id, options),
    (options) => compute.action(id, `req-${id}`, options),
    (options) => compute.actions(id, options),
  ];
  for (const read of reads) {
    assertAbout(await failure(read({ timeoutMs: 0 })), "timeoutMs");
    // The answer is not an OpenStack server, but there is one.
    assert.notEqual((await failure(read({ timeoutMs: Infinity }))).status, null);
  }
  const follow = (options) => compute.follow(id, `req-${id}`, options);
  for (const [call, names] of [
    ...reads.map((read) => [read, ["timeoutMs"]]),
    [follow, ["pollIntervalMs", "maxPollIntervalMs", "deadlineMs", "settleTimeMs"]],
  ]) {
    for (const name of names) {
      for (const value of [-1, Number.NaN, "1"]) {
        const error = await failure(call({ [name]: value }));
        assert.ok(error instanceof TypeError, String(error));
        assert.ok(error.message.startsWith(`${name}: expected milliseconds`), error.message);
      }
    }
  }
  assert.match((await failure(follow({ timeoutMs: 1 }))).message, /has no option `timeoutMs`/);
});

test("an error that is not about an option has none", async (t) => {
  const server = await served(t);
  const client = new Client(server.url);
  t.after(() => client.close());
  for (const error of [
    await failure(client.get("/missing")),
    await failure(client.get("//other")),
    new RequestBuildError("made by a program"),
  ]) {
    assert.equal(error.option, null);
  }
});

/** Omits `json` if the options have a body. */
function pick({ body, ...options }) {
  return body === undefined ? options : { body, json: undefined };
}
