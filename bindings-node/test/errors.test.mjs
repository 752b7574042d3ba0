// Errors: their classes, fields, stacks and texts.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";

import * as reqtrail from "reqtrail";

import { both, failure } from "./support.mjs";

const { ApiError, Client, NotFoundError, ReqtrailError, novavms, openstack } = reqtrail;

test("an API error has every field, and the trail", async (t) => {
  const { client } = await both(t, { dialect: "novavms", token: "s3cr3t-token" });
  const error = await failure(client.get("/missing/{id}", { params: { id: "7" } }));
  assert.ok(
    error instanceof NotFoundError &&
      error instanceof ApiError &&
      error instanceof ReqtrailError &&
      error instanceof Error,
  );
  assert.equal(error.name, "NotFoundError");
  assert.equal(error.kind, "api");
  assert.equal(error.category, "not_found");
  assert.equal(error.status, 404);
  assert.equal(error.requestId, error.trail.requestId);
  assert.deepEqual(error.requestIds, error.trail.requestIds);
  assert.equal(error.mayHaveBeenSent, true);
  assert.ok(error.message.includes(error.requestId) && error.message.includes(error.trail.callId));
  assert.equal(error.headers.get("set-cookie"), "s3cr3t");
  assert.ok(Buffer.from(error.body).includes("no such camera"));
  const { attempts } = error.trail;
  assert.ok(Object.isFrozen(attempts) && Object.isFrozen(attempts[0]));
  assert.deepEqual(error.trail.toJSON(), JSON.parse(JSON.stringify(error.trail)));
  assert.equal(error.trail.toJSON().attempts[0].request_id, attempts[0].requestId);
  assert.ok(error.trail.startedAt instanceof Date && error.trail.elapsedMs >= 0);
});

const RECORDS = JSON.parse(
  await readFile(join(process.env.REQTRAIL_SOURCE, "../core/tests/golden/errors.json"), "utf8"),
);

/** Returns a field of an error as the core's record has it. */
function shown(error, name, record) {
  switch (name) {
    case "display":
      return error.message.replaceAll(error.trail.callId, "{call}");
    case "message":
      return error.reason;
    case "retry_after":
      return error.retryAfterMs === null ? null : error.retryAfterMs / 1e3;
    case "rate_limit": {
      if (error.rateLimit === null) return null;
      const { limit, remaining, resetAt } = error.rateLimit;
      return { limit, remaining, reset_at: resetAt.getTime() / 1e3 };
    }
    case "headers":
      // The server adds other headers.
      return record.headers.map(([name]) => [name, error.headers.get(name)]);
    case "body":
      assert.ok(error.body instanceof Uint8Array && !Buffer.isBuffer(error.body));
      return Buffer.from(error.body).toString("latin1");
    case "text":
      return Buffer.from(error.text).equals(error.body) ? null : error.text;
    case "json":
      assert.deepEqual(error.json(), JSON.parse(record.json ?? error.text));
      return record.json;
    default: {
      const own = name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
      assert.ok(own in error, `an error has no ${own}`);
      return error[own];
    }
  }
}

for (const { about, dialect, path, answer, record } of RECORDS) {
  test(`an error has every field of the core's record: ${about}`, async (t) => {
    const server = createServer((_, response) => {
      response.writeHead(answer.status, answer.headers.flat());
      response.end(Buffer.from(answer.body, "latin1"));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    const url = `http://127.0.0.1:${server.address().port}`;
    const client = new Client(url, { dialect, maxAttempts: 1 });
    t.after(() => client.close());
    const error = await failure(client.get(path));
    const fields = Object.keys(record).map((name) => [name, shown(error, name, record)]);
    assert.deepEqual(Object.fromEntries(fields), record);
    assert.equal(error instanceof ApiError, answer !== null);
    assert.equal(error.cause, undefined);
  });
}

test("the body of an error can be read as text and as JSON", async (t) => {
  const { client } = await both(t);
  const error = await failure(client.get("/words"));
  assert.equal(error.text, '{"error":"not_found","message":"caf\u00e9 \\ud800"}');
  assert.deepEqual(error.json(), { error: "not_found", message: "caf\u00e9 \ufffd" });
  assert.equal(error.reason, "caf\u00e9 \ufffd");
  const plain = await failure(client.get("/missing"));
  assert.equal(plain.text, Buffer.from(plain.body).toString());
  assert.deepEqual(plain.json(), { error: { code: "not_found", message: "no such camera" } });
  const html = await failure(client.get("/html"));
  assert.deepEqual([html.text, html.json()], ["<h1>", null]);
});

test("texts and JSON show the trail, and no secrets", async (t) => {
  const { client } = await both(t, { dialect: "novavms", token: "s3cr3t-token" });
  const seen = [];
  for (const path of ["/missing", "/echo-token"]) {
    const error = await failure(client.get(path));
    assert.ok(inspect(error).includes(error.trail.report().trimEnd()));
    assert.equal(inspect(error.trail), error.trail.report());
    assert.equal(String(error.trail), error.trail.report());
    assert.deepEqual(JSON.parse(JSON.stringify(error)).trail, error.trail.toJSON());
    assert.equal(JSON.parse(JSON.stringify(error)).requestId, error.requestId);
    // Copies every property, as loggers do.
    const copied = {};
    for (const key in error) copied[key] = error[key];
    seen.push(
      inspect(error),
      inspect({ deep: { in: { an: { object: error } } } }),
      JSON.stringify(error),
      JSON.stringify(copied),
      error.stack,
    );
  }
  seen.push(
    inspect(client),
    inspect(await client.get("/ok")),
    JSON.stringify(await client.get("/ok")),
  );
  assert.deepEqual(
    seen.filter((text) => text.includes("s3cr3t")),
    [],
  );
});

test("stacks begin in the caller's code", async (t) => {
  const { client } = await both(t);
  async function inTheProgram() {
    return await client.get("/missing");
  }
  const frames = (await failure(inTheProgram())).stack.split("\n    at ").slice(1);
  assert.match(frames[0], /inTheProgram .*errors\.test\.mjs/);
  const together = await failure(Promise.all([client.get("/ok"), client.get("/missing")]));
  assert.ok(together.stack.includes("errors.test.mjs"), together.stack);
  assert.ok(!together.stack.includes("node_modules/reqtrail"), together.stack);
  // Without an await there is still a stack.
  const unawaited = await new Promise((resolve) => void client.get("/missing").catch(resolve));
  assert.ok(unawaited.stack.startsWith("NotFoundError: GET /missing"));
});

test("known codes narrow by dialect; other codes keep their text", async (t) => {
  const { client, server } = await both(t, { dialect: "novavms" });
  const forbidden = await failure(client.get("/forbidden"));
  assert.equal(forbidden.name, "PermissionDeniedError");
  assert.ok(novavms.hasKnownCode(forbidden));
  assert.ok(!openstack.hasKnownCode(forbidden));
  assert.ok(novavms.ERROR_CODES.includes(forbidden.code));
  const custom = new Client(server.url);
  assert.ok(!novavms.hasKnownCode(await failure(custom.get("/forbidden"))));
  await custom.close();
  assert.ok(!novavms.hasKnownCode(new Error("forbidden")) && !novavms.hasKnownCode(null));
});

test("an error that a program makes has the kind and the category of its class", async () => {
  const schema = join(process.env.REQTRAIL_SOURCE, "..", "schema", "codes.json");
  const codes = JSON.parse(await readFile(schema, "utf8"));
  for (const { name, class: cls } of codes.error_kinds) {
    assert.equal(new reqtrail[cls]("text").kind, name);
    assert.equal(new reqtrail[cls]("text", { kind: "internal" }).kind, "internal");
  }
  for (const { name, class: cls } of codes.categories.filter((own) => own.class !== "ApiError")) {
    const { kind, category } = new reqtrail[cls]("text");
    assert.deepEqual([kind, category], ["api", name]);
  }
  class Own extends reqtrail.ConnectError {}
  assert.equal(new Own("text").kind, "connect");
  assert.equal(new reqtrail.openstack.ActionFailedError("text", {}).kind, "api");
  const plain = new ReqtrailError("text");
  assert.deepEqual([plain.kind, plain.category], ["internal", null]);
});

test("every kind has its class and its name", async () => {
  const classes = {
    ApiError: "ApiError",
    ConnectError: "ConnectError",
    TimeoutError: "TimeoutError",
    TransportError: "TransportError",
    TooLargeError: "TooLargeError",
    DecodeError: "DecodeError",
    RedirectError: "RedirectError",
    CancelledError: "AbortError",
    RequestBuildError: "RequestBuildError",
    ConfigError: "ConfigError",
    InternalError: "InternalError",
    RateLimitedError: "RateLimitedError",
    QuotaError: "QuotaError",
  };
  for (const [cls, name] of Object.entries(classes)) {
    // Programs make such errors in their own tests.
    const error = new reqtrail[cls]("text", { cause: 1 });
    assert.ok(error instanceof ReqtrailError);
    assert.equal(String(error), `${name}: text`);
    assert.equal(error.cause, 1);
    assert.equal(error.trail, null);
    assert.ok(inspect(error).includes("[cause]: 1"));
  }
  const refused = await failure(new Client("http://127.0.0.1:9", { maxAttempts: 1 }).get("/"));
  assert.equal(refused.name, "ConnectError");
  assert.equal(refused.mayHaveBeenSent, false);
});
