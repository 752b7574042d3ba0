// Mocks in jest and vitest, whose timers a test moves by hand.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { spawned } from "./support.mjs";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const TOOLS = process.env.REQTRAIL_BUNDLERS;
const skip = !TOOLS;

/** A program's tests. `fakes` are the ways its runner replaces timers; `fn` makes a function that records its calls. */
const program = (load, fakes, fn) => `
${load}
for (const fake of [${fakes.join(", ")}]) {
  describe(String(fake), () => {
    let mock;
    beforeEach(() => (mock = new Mock()));
    afterEach(() => mock.verify());

    test("calls take no time, and timers do not move", async () => {
      fake();
      const timer = ${fn}();
      const started = setTimeout(timer, 600_000);
      mock.put("/cameras").replies(503, { retryAfterMs: 20_000 }).thenReplies(200, { json: {} });
      const client = mock.client();
      const { trail } = await client.put("/cameras", { body: new Blob(["a"]) });
      expect(trail.attempts.map(({ status }) => status)).toEqual([503, 200]);
      expect(mock.elapsedMs).toBeGreaterThanOrEqual(20_000);
      expect(mock.requests[0]).toMatchObject({ method: "PUT", text: "a", atMs: 0 });
      expect(timer).not.toHaveBeenCalled();
      clearTimeout(started);
    });

    test("a manual clock", async () => {
      fake();
      const manual = new Mock({ clock: "manual" });
      manual.get("/cameras").replies(200, { delayMs: 500 });
      const call = manual.client().get("/cameras");
      await manual.waitUntilWaiting();
      await manual.advance(500);
      expect((await call).trail.elapsedMs).toBe(500);
      const exchange = mock.get("/a");
      expect(() => exchange.fails("sleep")).toThrow(TypeError);
      exchange.replies(200);
      expect(() => mock.verify()).toThrow("GET /a");
      await mock.client().get("/a");
    });
  });
}`;

function folder(t, name, text) {
  const made = mkdtempSync(path.join(tmpdir(), "reqtrail-"));
  t.after(() => rmSync(made, { recursive: true }));
  writeFileSync(path.join(made, name), text);
  writeFileSync(path.join(made, "package.json"), "{}");
  symlinkSync(path.join(HERE, "node_modules"), path.join(made, "node_modules"));
  return made;
}

test("jest and its timers", { skip }, async (t) => {
  const fakes = [
    "() => jest.useRealTimers()",
    "() => jest.useFakeTimers()",
    "() => jest.useFakeTimers({ legacyFakeTimers: true })",
  ];
  const load = 'const { Mock } = require("reqtrail/testing");';
  const home = folder(t, "a.test.js", program(load, fakes, "jest.fn"));
  const jest = path.join(TOOLS, "node_modules", "jest", "bin", "jest.js");
  const flags = [jest, "--rootDir", home, "--ci", "--detectOpenHandles"];
  const { code, stderr } = await spawned(process.execPath, flags, { cwd: home, env: process.env });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /6 passed/);
  assert.doesNotMatch(stderr, /open handle/);
});

test("vitest and its timers", { skip }, async (t) => {
  const all = ["setTimeout", "setImmediate", "setInterval", "queueMicrotask", "Date"];
  const fakes = [
    "() => vi.useRealTimers()",
    "() => vi.useFakeTimers()",
    `() => vi.useFakeTimers({ toFake: ${JSON.stringify(all)} })`,
  ];
  const load = 'import { Mock } from "reqtrail/testing";';
  const home = folder(t, "a.test.mjs", program(load, fakes, "vi.fn"));
  const vitest = path.join(TOOLS, "node_modules", "vitest", "vitest.mjs");
  const flags = [vitest, "run", "--root", home, "--globals", "--reporter=verbose", "--no-color"];
  const env = { ...process.env, CI: "1" };
  const { code, stdout, stderr } = await spawned(process.execPath, flags, { cwd: home, env });
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /6 passed/);
});
