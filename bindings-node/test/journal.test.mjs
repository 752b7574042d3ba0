// The journal: with only REQTRAIL_JOURNAL set, after SIGKILL, of worker threads, and with the option.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { both, failure, run, served } from "./support.mjs";

function folderOf(t) {
  const folder = mkdtempSync(path.join(tmpdir(), "reqtrail-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Returns the records of all segments, or the calls of all tables. */
function records(folder, ending = ".jsonl") {
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  const lines = names.flatMap((name) => readFileSync(path.join(folder, name), "utf8").split("\n"));
  return lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line));
}

test("a killed program leaves its journal", async (t) => {
  const server = await served(t);
  const folder = folderOf(t);
  const code = `
    import { Client } from "reqtrail";
    const client = Client.novavms(process.argv[1]);
    const error = await client.get("/missing").catch((error) => error);
    console.log(error.requestId);
    await client.post("/stall");`;
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const child = spawn(process.execPath, ["--input-type=module", "-e", code, "--", server.url], {
    cwd,
    env: { ...process.env, REQTRAIL_JOURNAL: folder, REQTRAIL_JOURNAL_SYNC: "always" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const ended = once(child, "exit");
  const [text] = await once(child.stdout.setEncoding("utf8"), "data");
  while (!server.seen.some((request) => request.method === "POST")) {
    assert.equal(child.exitCode, null);
    await sleep(10);
  }
  child.kill("SIGKILL");
  await ended;
  const [line, ...others] = records(folder);
  assert.deepEqual(others, []);
  assert.equal(line.http.request.id, text.trim());
  assert.deepEqual(line.reqtrail.request_ids, [text.trim()]);
  const calls = records(folder, ".open").map((call) => [call.method, call.path, call.attempt]);
  assert.deepEqual(calls, [["POST", "/stall", 1]]);
});

test("worker threads share a journal", async (t) => {
  const server = await served(t);
  const folder = folderOf(t);
  const code = `
    import { Worker } from "node:worker_threads";
    const program = \`
      const { workerData } = require("node:worker_threads");
      const { Client } = require("reqtrail");
      const client = new Client(workerData);
      client.get("/missing").catch(() => client.close());\`;
    const workers = [1, 2].map(() => new Worker(program, { eval: true, execArgv: [], workerData: process.argv[1] }));
    await Promise.all(workers.map((worker) => new Promise((ended) => worker.on("exit", ended))));`;
  const ended = await run(code, {
    args: [server.url],
    env: { REQTRAIL_JOURNAL: folder, REQTRAIL_JOURNAL_SYNC: "always" },
  });
  assert.equal(ended.code, 0, ended.stderr);
  const lines = records(folder);
  assert.equal(new Set(lines.map((line) => line.process.pid)).size, 1);
  assert.equal(new Set(lines.map((line) => line.reqtrail.call_id)).size, 2);
});

test("the option and the recorder", async (t) => {
  const folder = folderOf(t);
  const { client } = await both(t, {
    journal: folder,
    journalSync: "always",
    serviceName: "proof",
  });
  const { trail } = await failure(client.get("/missing"));
  const [line] = records(folder);
  assert.equal(line.service.name, "proof");
  assert.equal(line.reqtrail.trail.call_id, trail.callId);
  assert.deepEqual(
    client.recorder.find(trail.callId).map((found) => found.callId),
    [trail.callId],
  );
  const { journal } = client.recorder.stats;
  assert.deepEqual([journal.folder, journal.records, journal.lost], [folder, 1, 0]);
});
