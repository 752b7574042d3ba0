// Recording an API's answers, with the option and with the environment.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";

import { run } from "./support.mjs";

const CODE = `
  import { Client } from "reqtrail";
  const [url, record] = process.argv.slice(1);
  try {
    const client = new Client(url, { token: "s3cr3t-token", record: record || undefined });
    console.log((await client.get("/ok")).status);
    await client.close();
  } catch (error) {
    console.log(error.kind, error.option, error.message);
  }`;

async function start(t) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "reqtrail-recording-"));
  const server = createServer((_, response) => response.end("{}"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    rmSync(folder, { recursive: true });
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, recording: path.join(folder, "session.json") };
}

function assertRecorded(recording) {
  const text = readFileSync(recording, "utf8");
  assert.ok(!text.includes("s3cr3t"), text);
  const { schema, exchanges } = JSON.parse(text);
  assert.equal(schema, "reqtrail.script/1");
  assert.deepEqual(exchanges[0].match, { method: "GET", target: "/ok" });
  assert.equal(statSync(recording).mode & 0o777, 0o600);
}

test("the option records if the environment allows it", async (t) => {
  const { url, recording } = await start(t);
  const refused = await run(CODE, { args: [url, recording], env: { REQTRAIL_ALLOW_RECORD: "" } });
  assert.match(refused.stdout, /^config record .*REQTRAIL_ALLOW_RECORD=1/);
  assert.ok(!existsSync(recording));
  const allowed = await run(CODE, { args: [url, recording], env: { REQTRAIL_ALLOW_RECORD: "1" } });
  assert.equal(allowed.stdout, "200\n");
  assert.match(allowed.stderr, /recording is on/);
  assertRecorded(recording);
});

test("the environment records every client if it allows that", async (t) => {
  const { url, recording } = await start(t);
  const env = { REQTRAIL_RECORD: recording, REQTRAIL_ALLOW_RECORD: "" };
  const ignored = await run(CODE, { args: [url], env });
  assert.equal(ignored.stdout, "200\n");
  assert.match(ignored.stderr, /REQTRAIL_RECORD is ignored/);
  assert.ok(!existsSync(recording));
  await run(CODE, { args: [url], env: { ...env, REQTRAIL_ALLOW_RECORD: "1" } });
  assertRecorded(recording);
});
