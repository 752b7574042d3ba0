// Memory over 100,000 calls.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

import { run } from "./support.mjs";

const CALLS = 100_000;
// A process that keeps nothing hardly grows once it has reached its size; a leak of 150 bytes per call exceeds this.
const MOST_MB = 10;

test("100,000 calls do not leak memory", async (t) => {
  const server = spawn(process.execPath, [fileURLToPath(new URL("server.mjs", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => server.stdin.end());
  const [url] = await once(server.stdout, "data");
  const code = `
    import { Client } from "reqtrail";
    const client = new Client(process.argv[1], { baseDelayMs: 0, maxAttempts: 1 });
    const settle = async () => {
      for (let i = 0; i < 4; i++) { gc(); await new Promise((resolve) => setImmediate(resolve)); }
      return process.memoryUsage.rss() / 1e6;
    };
    async function calls(count) {
      const signal = new AbortController().signal;
      let left = count;
      const worker = async () => {
        while (left-- > 0) {
          // Objects that only wait for the collector are not a leak.
          if (left % 500 === 0) gc();
          if (left % 50 === 0) await client.get("/missing", { signal }).catch((error) => error.trail.attempts);
          else {
            const response = await client.get("/own/{key}", { params: { key: left }, signal });
            if (response.requestId !== "own-" + response.json().key) throw new Error("swapped");
          }
        }
      };
      await Promise.all(Array.from({ length: 32 }, worker));
    }
    await calls(${CALLS * 0.3});
    const before = await settle();
    await calls(${CALLS * 0.7});
    console.log((await settle()) - before);`;
  const {
    stdout,
    stderr,
    code: exit,
  } = await run(code, { args: [String(url).trim()], node: ["--expose-gc"] });
  assert.equal(exit, 0, stderr);
  t.diagnostic(`grew by ${Number(stdout).toFixed(1)} MB`);
  assert.ok(Number(stdout) < MOST_MB, `grew by ${stdout} MB`);
});
