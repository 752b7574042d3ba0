// Programs that are bundled, and test runners that look for open handles.

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { served, spawned } from "./support.mjs";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const TOOLS = process.env.REQTRAIL_BUNDLERS;
const skip = !TOOLS;
const tool = (name) => createRequire(path.join(TOOLS, "package.json"))(name);
const PROGRAM = `
const { Client, ConnectError } = require("reqtrail");
new Client("http://127.0.0.1:9", { maxAttempts: 1 }).get("/").catch((error) => console.log(error instanceof ConnectError, error.name));
`;
const MODULE = PROGRAM.replace(/const (.*) = require\((.*)\);/, "import $1 from $2;");

/** Makes a folder with the program, where the package is installed. */
function folder(t) {
  const made = mkdtempSync(path.join(tmpdir(), "reqtrail-"));
  t.after(() => rmSync(made, { recursive: true }));
  writeFileSync(path.join(made, "program.cjs"), PROGRAM);
  writeFileSync(path.join(made, "program.mjs"), MODULE);
  symlinkSync(path.join(HERE, "node_modules"), path.join(made, "node_modules"));
  return made;
}

async function runs(file) {
  const { stdout, stderr } = await spawned(process.execPath, [file], { env: process.env });
  assert.equal(stdout, "true ConnectError\n", stderr);
}

/** Runs a bundle where nothing is installed. Its error says what is missing, and what to do. */
async function isMissing(file, t) {
  const away = mkdtempSync(path.join(tmpdir(), "reqtrail-"));
  t.after(() => rmSync(away, { recursive: true }));
  const copy = path.join(away, path.basename(file));
  copyFileSync(file, copy);
  const { code, stderr } = await spawned(process.execPath, [copy], { env: process.env });
  assert.equal(code, 1);
  // The source line above the error may be the whole bundle.
  const [line] = /^Error: reqtrail.*$/m.exec(stderr) ?? [stderr];
  assert.match(line, /reqtrail was bundled without its native part: .* cannot load reqtrail-/);
  assert.match(line, /--external:reqtrail/);
  assert.doesNotMatch(line, /--omit=optional/);
}

test(
  "esbuild: an external package, a copied native part, and a missing one",
  { skip },
  async (t) => {
    const home = folder(t);
    const build = (options) =>
      tool("esbuild").build({
        ...{ absWorkingDir: home, entryPoints: ["program.cjs"], bundle: true, platform: "node" },
        ...{ logLevel: "silent", ...options },
      });
    const file = (name) => path.join(home, name);
    await build({ outfile: "external.cjs", external: ["reqtrail"] });
    await runs(file("external.cjs"));
    const esm = { entryPoints: ["program.mjs"], format: "esm", external: ["reqtrail"] };
    await build({ outfile: "external.mjs", ...esm });
    await runs(file("external.mjs"));
    mkdirSync(file("copied"));
    await build({ outfile: "copied/bundle.cjs", loader: { ".node": "copy" } });
    await runs(file("copied/bundle.cjs"));
    await build({ outfile: "native.cjs", external: ["reqtrail-*"] });
    await runs(file("native.cjs"));
    await isMissing(file("native.cjs"), t);
    // A loader that returns a path instead of a library.
    await build({ outfile: "file.cjs", loader: { ".node": "file" } });
    const { stderr } = await spawned(process.execPath, [file("file.cjs")], { env: process.env });
    assert.match(stderr, /loaded something else instead of its native part/);
  },
);

test("rollup: an external package, and a missing native part", { skip }, async (t) => {
  const home = folder(t);
  const { rollup } = tool("rollup");
  const build = async (external, format, name) => {
    const bundle = await rollup({
      input: path.join(home, "program.mjs"),
      external: [external, /^node:/],
      plugins: [
        tool("@rollup/plugin-node-resolve").nodeResolve(),
        tool("@rollup/plugin-commonjs")(),
      ],
      onLog() {},
    });
    await bundle.write({ file: path.join(home, name), format });
  };
  await build(/^reqtrail/, "es", "external.mjs");
  await runs(path.join(home, "external.mjs"));
  await build(/^reqtrail-/, "cjs", "native.cjs");
  await runs(path.join(home, "native.cjs"));
  await isMissing(path.join(home, "native.cjs"), t);
  await build(/^reqtrail-/, "es", "native.mjs");
  await isMissing(path.join(home, "native.mjs"), t);
});

test("webpack: an external package, and a missing native part", { skip }, async (t) => {
  const home = folder(t);
  const build = (externals, filename) =>
    new Promise((resolve, reject) => {
      tool("webpack")(
        {
          ...{
            mode: "production",
            target: "node",
            context: home,
            entry: "./program.cjs",
            externals,
          },
          output: { path: home, filename },
        },
        (error, stats) =>
          error || stats.hasErrors() ? reject(error ?? new Error(String(stats))) : resolve(),
      );
    });
  await build({ reqtrail: "commonjs reqtrail" }, "external.cjs");
  await runs(path.join(home, "external.cjs"));
  const native = ({ request }, done) =>
    request.startsWith("reqtrail-") ? done(null, `commonjs ${request}`) : done();
  await build([native], "native.cjs");
  await runs(path.join(home, "native.cjs"));
  await isMissing(path.join(home, "native.cjs"), t);
});

test("jest compares secrets by value and responses by identity", { skip }, async (t) => {
  const server = await served(t);
  const home = folder(t);
  const program = `
    const { Client, Secret } = require("reqtrail");
    test("compares", async () => {
      expect(new Secret("a")).toEqual(new Secret("a"));
      expect(new Secret("a")).toStrictEqual(new Secret("a"));
      expect(new Secret("a")).not.toEqual(new Secret("b"));
      expect(new Secret("a")).not.toStrictEqual(new Secret("b"));
      const client = new Client(${JSON.stringify(server.url)});
      const [one, two] = await Promise.all([client.get("/ok"), client.get("/ok")]);
      expect(one).toEqual(one);
      expect(one).not.toEqual(two);
      expect(one).not.toStrictEqual(two);
      const called = jest.fn();
      called(new Secret("a"), one);
      expect(called).not.toHaveBeenCalledWith(new Secret("b"), one);
      expect(called).not.toHaveBeenCalledWith(new Secret("a"), two);
      expect(called).toHaveBeenCalledWith(new Secret("a"), one);
      let message;
      try { expect(new Secret("s3cr3t")).toEqual(new Secret("other")); } catch (error) { message = error.message; }
      expect(message).toMatch("toEqual");
      expect(message).not.toMatch("s3cr3t");
    });`;
  writeFileSync(path.join(home, "a.test.js"), program);
  writeFileSync(path.join(home, "package.json"), "{}");
  const jest = path.join(TOOLS, "node_modules", "jest", "bin", "jest.js");
  const flags = [jest, "--rootDir", home, "--ci"];
  const { code, stderr } = await spawned(process.execPath, flags, { cwd: home, env: process.env });
  assert.equal(code, 0, stderr);
});

test("jest finds no open handle, whether a client is closed or not", { skip }, async (t) => {
  const server = await served(t);
  const home = folder(t);
  const program = `
    const { Client } = require("reqtrail");
    for (const closes of [true, false]) {
      test("closes: " + closes, async () => {
        const client = new Client(${JSON.stringify(server.url)}, { onCall() {}, onAttempt() {} });
        const [one, two] = await Promise.all([client.get("/ok"), client.get("/ok")]);
        expect(one.trail).not.toEqual(two.trail);
        expect(one.trail).toEqual(one.trail);
        if (closes) await client.close();
      });
    }`;
  writeFileSync(path.join(home, "a.test.js"), program);
  writeFileSync(path.join(home, "package.json"), "{}");
  const jest = path.join(TOOLS, "node_modules", "jest", "bin", "jest.js");
  const flags = [jest, "--rootDir", home, "--detectOpenHandles", "--ci"];
  const { code, stderr } = await spawned(process.execPath, flags, { cwd: home, env: process.env });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /2 passed/);
  assert.doesNotMatch(stderr, /open handle/);
});
