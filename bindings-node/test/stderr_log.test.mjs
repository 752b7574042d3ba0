// REQTRAIL_LOG: lines on standard error, written without process.stderr.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { run, served } from "./support.mjs";

const CODE = `
  import { Client } from "reqtrail";
  process.stderr.write = () => { throw new Error("it is used"); };
  const client = Client.novavms(process.argv[1], { token: "c4nary", baseDelayMs: 1 });
  await client.get("/once/here");
  const error = await client.get("/missing", { query: { sig: "c4nary" } }).catch((error) => error);
  console.log(error.trail.callId);
  await client.close();`;

async function lines(t, env) {
  const server = await served(t);
  const ended = await run(CODE, { args: [server.url], env });
  assert.equal(ended.code, 0, ended.stderr);
  assert.ok(!ended.stderr.includes("c4nary"), ended.stderr);
  return [ended.stdout.trim(), ended.stderr.split("\n").filter((line) => line !== "")];
}

test("text", async (t) => {
  const [callId, found] = await lines(t, { REQTRAIL_LOG: "info" });
  assert.deepEqual(
    found.map((line) => line.split(" ")[1]),
    ["INFO", "INFO", "INFO", "WARN"],
  );
  assert.match(found[0], / reqtrail GET \/once\/here attempt 1: 503, request ID req_/);
  assert.match(found[0], / wait_reason=backoff/);
  assert.match(found[3], / reqtrail GET \/missing failed: 404 not_found, request ID req_/);
  assert.ok(found[3].includes(` call_id=${callId} `), found[3]);
});

test("JSON", async (t) => {
  const [callId, found] = await lines(t, { REQTRAIL_LOG: "info", REQTRAIL_LOG_FORMAT: "json" });
  const objects = found.map((line) => JSON.parse(line));
  assert.deepEqual(
    objects.map((line) => line.reqtrail.record),
    ["attempt", "attempt", "attempt", "call"],
  );
  assert.equal(objects[3].log.level, "warn");
  assert.equal(objects[3].reqtrail.call_id, callId);
  assert.deepEqual(objects[3].error, { code: "not_found", type: "api" });
});

test("without the variable nothing is written", async (t) => {
  assert.deepEqual((await lines(t, { REQTRAIL_LOG: "" }))[1], []);
});

test("an unread pipe delays no call", async (t) => {
  const server = await served(t);
  const code = `
    import { Client } from "reqtrail";
    const client = new Client(process.argv[1]);
    // Writes more than a pipe holds.
    for (let i = 0; i < 1500; i++) await client.get("/ok");
    console.log("ended");
    await client.close();`;
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const child = spawn(process.execPath, ["--input-type=module", "-e", code, "--", server.url], {
    cwd,
    env: { ...process.env, REQTRAIL_LOG: "debug", REQTRAIL_LOG_FORMAT: "json" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 120_000,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.pause();
  const [code_, signal] = await new Promise((resolve) =>
    child.on("exit", (...how) => resolve(how)),
  );
  assert.deepEqual([code_, signal], [0, null]);
  const text = await new Promise((resolve) => {
    let all = "";
    child.stderr
      .setEncoding("utf8")
      .on("data", (part) => (all += part))
      .on("end", () => resolve(all));
    child.stderr.resume();
  });
  assert.equal(stdout, "ended\n");
  // Whole lines, but fewer than three for each call.
  const count = text.split("\n").length - 1;
  assert.ok(count > 0 && count < 4500, String(count));
  for (const line of text.trimEnd().split("\n")) JSON.parse(line);
});
