// The two entries, the declarations, and the errors without a native part.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import * as esm from "reqtrail";

import { run, spawned } from "./support.mjs";

const require = createRequire(import.meta.url);
const cjs = require("reqtrail");
const installed = path.dirname(require.resolve("reqtrail/package.json"));

test("both entries export the same", () => {
  assert.deepEqual(Object.keys(esm).sort(), Object.keys(cjs).sort());
  for (const [name, value] of Object.entries(cjs)) assert.equal(esm[name], value, name);
  const { version } = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8"));
  assert.equal(esm.version, version);
  assert.match(fileURLToPath(import.meta.resolve("reqtrail")), /index\.mjs$/);
  assert.match(require.resolve("reqtrail"), /index\.js$/);
});

test("both entries for tests export the same", async () => {
  const [testing, common] = [await import("reqtrail/testing"), require("reqtrail/testing")];
  assert.deepEqual(Object.keys(testing).sort(), Object.keys(common).sort());
  for (const [name, value] of Object.entries(common)) assert.equal(testing[name], value, name);
  assert.match(fileURLToPath(import.meta.resolve("reqtrail/testing")), /testing\.mjs$/);
});

test("each entry works alone", async () => {
  for (const [type, load] of [
    ["module", 'import { Client, ConnectError } from "reqtrail";'],
    ["commonjs", 'const { Client, ConnectError } = require("reqtrail");'],
  ]) {
    const code = `${load} new Client("http://127.0.0.1:9", { maxAttempts: 1 }).get("/").catch((error) => console.log(error instanceof ConnectError));`;
    assert.deepEqual(await run(code, { type }), {
      code: 0,
      signal: null,
      stdout: "true\n",
      stderr: "",
    });
  }
});

test(
  "the declarations match the committed snapshot",
  { skip: !process.env.REQTRAIL_SOURCE },
  () => {
    const committed = path.join(process.env.REQTRAIL_SOURCE, "api-snapshot");
    const built = path.join(installed, "lib");
    const names = readdirSync(built).filter((name) => /\.d\.m?ts$/.test(name));
    if (process.env.UPDATE_GOLDEN) {
      rmSync(committed, { recursive: true, force: true });
      for (const name of names) cpSync(path.join(built, name), path.join(committed, name));
    }
    assert.deepEqual(readdirSync(committed).sort(), names.sort());
    for (const name of names) {
      const [is, was] = [built, committed].map((folder) =>
        readFileSync(path.join(folder, name), "utf8"),
      );
      assert.equal(
        is,
        was,
        `${name} has changed; if that is intended: UPDATE_GOLDEN=1 make test-node`,
      );
    }
  },
);

test("loading does not ask for a process report", async () => {
  // A process report looks up the name of the peer of every open socket, which takes time.
  const code = `
    process.report.getReport = () => { throw new Error("a report was asked for"); };
    const { version } = require("reqtrail");
    console.log(version === require("reqtrail/package.json").version);`;
  const { stdout, stderr } = await run(code, { type: "commonjs" });
  assert.deepEqual([stdout, stderr], ["true\n", ""]);
});

test("the package has only what users need", () => {
  const files = readdirSync(installed);
  for (const name of ["bin", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "lib", "package.json"]) {
    assert.ok(files.includes(name), name);
  }
  const lib = readdirSync(path.join(installed, "lib"));
  assert.ok(lib.every((name) => /\.(js|mjs|d\.ts|d\.mts)$/.test(name)));
});

test("the error without a native part is one sentence with the remedy", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "reqtrail-"));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(installed, path.join(folder, "node_modules", "reqtrail"), { recursive: true });
  const load = async () => {
    const { code, stderr } = await spawned(process.execPath, ["-e", 'require("reqtrail")'], {
      cwd: folder,
      env: process.env,
    });
    assert.equal(code, 1);
    return stderr;
  };
  const here = `${process.platform}-${process.arch}`;
  const missing = await load();
  assert.match(
    missing,
    new RegExp(`Error: reqtrail has no native part for ${here} here: the package reqtrail-${here}`),
  );
  assert.match(missing, /--omit=optional/);
  // A native part that cannot be loaded, and one of another release.
  const [name] = readdirSync(path.dirname(installed)).filter((name) =>
    name.startsWith(`reqtrail-${here}`),
  );
  const other = path.join(folder, "node_modules", name);
  cpSync(
    path.join(path.dirname(installed), name, "package.json"),
    path.join(other, "package.json"),
  );
  const { main } = JSON.parse(readFileSync(path.join(other, "package.json"), "utf8"));
  writeFileSync(path.join(other, main), "not a library");
  assert.match(
    await load(),
    new RegExp(`reqtrail cannot load its native part ${name} on ${here}: `),
  );
  rmSync(path.join(other, main));
  writeFileSync(path.join(other, "package.json"), JSON.stringify({ main: "index.js" }));
  writeFileSync(path.join(other, "index.js"), 'exports.version = () => "0.0.1";');
  assert.match(await load(), /found the native part .* 0\.0\.1: reinstall both/);
});
