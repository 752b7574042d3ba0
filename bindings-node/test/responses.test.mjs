// How the body of a success is read, and responses that have not changed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { both, failure } from "./support.mjs";

test("text is decoded by its charset", async (t) => {
  const { client } = await both(t);
  assert.equal((await client.get("/tagged")).text(), "caf\u00e9");
});

test("JSON is UTF-8", async (t) => {
  const { client } = await both(t);
  const read = async (bytes) =>
    (await client.post("/echo", { body: Buffer.from(bytes, "latin1") })).json();
  assert.deepEqual(await read("\u00ef\u00bb\u00bf[1]"), [1]);
  for (const bytes of ["\u00ff\u00fe[\0]\0", "[NaN]", "[-Infinity]", '"caf\u00e9"']) {
    const error = await failure(read(bytes));
    assert.equal(error.name, "DecodeError");
    assert.equal(error.trail.outcome, "decode");
  }
});

test("a response that has not changed", async (t) => {
  const { client, server } = await both(t);
  const first = await client.get("/tagged");
  assert.equal(first.notModified, false);
  const again = await client.get("/tagged", { ifNoneMatch: first.headers.get("etag") });
  assert.deepEqual(
    [again.notModified, again.ok, again.status, again.text(), again.trail.outcome],
    [true, false, 304, "", "ok"],
  );
  const changed = await client.get("/tagged", { ifNoneMatch: '"v0"' });
  assert.deepEqual([changed.notModified, changed.text()], [false, "caf\u00e9"]);
  assert.deepEqual(
    server.seen.map((seen) => seen.headers["if-none-match"]),
    [undefined, '"v1"', '"v0"'],
  );
  const error = await failure(client.get("/tagged", { headers: { "If-None-Match": '"v1"' } }));
  assert.equal(error.status, 304);
  const empty = await failure(client.get("/tagged", { ifNoneMatch: "" }));
  assert.match(empty.message, /ifNoneMatch is empty/);
});
