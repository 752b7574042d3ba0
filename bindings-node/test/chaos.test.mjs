// Injected faults: the option `chaos` and its environment variables.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Client, ConfigError } from "reqtrail";

import { run, served } from "./support.mjs";

const FAULTS = "503:code=service_unavailable@100%;seed=7";

/** Makes a GET and a POST, and prints their outcomes. */
const CODE = `
  import { Client } from "reqtrail";
  const [url, options] = process.argv.slice(1);
  const client = Client.novavms(url, { maxAttempts: 1, ...JSON.parse(options) });
  for (const method of ["get", "post"]) {
    const { trail } = await client[method]("/ok").catch((error) => error);
    const [attempt] = trail.attempts;
    console.log(trail.outcome, trail.notes.join(), attempt.status, attempt.errorCode, attempt.sent, attempt.requestId !== null);
  }
  await client.close();`;

const INJECTED =
  "api chaos 503 service_unavailable yes true\napi chaos 503 service_unavailable yes true\n";
const LEFT_ALONE = "ok  200 null yes true\nok  200 null yes true\n";

async function play(t, options, env) {
  const server = await served(t);
  const given = { args: [server.url, JSON.stringify(options)], env };
  const { stdout, stderr } = await run(CODE, given);
  return [stdout, stderr];
}

test("the option needs permission", () => {
  for (const [chaos, text] of [
    [FAULTS, "chaos is set without REQTRAIL_ALLOW_CHAOS=1"],
    ["503", "chaos has the item `503`, which has no chance"],
  ]) {
    assert.throws(
      () => new Client("http://api.example", { chaos }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.equal(error.option, "chaos");
        assert.ok(error.reason.startsWith(text), error.reason);
        return true;
      },
    );
  }
});

test("the option injects faults, with a warning", async (t) => {
  const [stdout, stderr] = await play(t, { chaos: FAULTS }, { REQTRAIL_ALLOW_CHAOS: "1" });
  assert.equal(stdout, INJECTED);
  assert.equal(stderr.split("chaos is on: ").length, 2, stderr);
  assert.ok(stderr.includes(`as chaos says: ${FAULTS}`), stderr);
});

test("the environment injects faults if it allows them", async (t) => {
  const env = { REQTRAIL_CHAOS: FAULTS, REQTRAIL_ALLOW_CHAOS: "1" };
  const [stdout, stderr] = await play(t, {}, env);
  assert.equal(stdout, INJECTED);
  assert.ok(stderr.includes(`as REQTRAIL_CHAOS says: ${FAULTS}`), stderr);
});

test("the environment without permission has no effect except a warning", async (t) => {
  const [stdout, stderr] = await play(t, {}, { REQTRAIL_CHAOS: FAULTS });
  assert.equal(stdout, LEFT_ALONE);
  assert.ok(stderr.includes("REQTRAIL_CHAOS is ignored: it has no effect without"), stderr);
});
