// The command `reqtrail`, as the tarball installs it.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { failure, both } from "./support.mjs";

const require = createRequire(import.meta.url);
const { version } = JSON.parse(readFileSync(require.resolve("reqtrail/package.json"), "utf8"));
const here = fileURLToPath(new URL("..", import.meta.url));
const script = path.join(here, "node_modules", ".bin", "reqtrail");

function command(args, { file = script, ...options } = {}) {
  const ran = spawnSync(file, args, {
    cwd: here,
    encoding: "utf8",
    timeout: 120_000,
    killSignal: "SIGKILL",
    ...options,
  });
  return { code: ran.status, signal: ran.signal, stdout: ran.stdout, stderr: ran.stderr };
}

const shown = { code: 0, signal: null, stdout: `reqtrail ${version}\n`, stderr: "" };

test("the version, by the script and by npx", () => {
  assert.deepEqual(command(["--version"]), shown);
  // `--no` keeps npx from installing anything.
  assert.deepEqual(command(["--no", "--", "reqtrail", "--version"], { file: "npx" }), shown);
});

test("an unknown argument", () => {
  const { code, stdout, stderr } = command(["--colour"]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /'--colour'[\s\S]*Usage: reqtrail /);
});

test("a closed reader ends it quietly", () => {
  const { code, stdout, stderr } = command(
    ["-c", '{ "$0" --help; echo "ended by $?" >&2; } | true', script],
    { file: "sh" },
  );
  assert.deepEqual([code, stdout], [0, ""]);
  assert.match(stderr, /^ended by (0|141)\n$/);
});

test("a full output", { skip: !existsSync("/dev/full") }, () => {
  const full = openSync("/dev/full", "w");
  const { code, stderr } = command(["--version"], { stdio: ["ignore", full, "pipe"] });
  closeSync(full);
  assert.equal(code, 2);
  assert.match(stderr, /^reqtrail: standard output: /);
});

/** Makes a failed call with a journal. Returns its request ID and the journal's folder. */
async function written(t) {
  const folder = mkdtempSync(path.join(tmpdir(), "reqtrail-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const { client } = await both(t, { journal: folder, journalSync: "always" });
  const { requestId } = await failure(client.get("/missing"));
  return { folder, requestId };
}

test("it reads the journals of the package", async (t) => {
  const { folder, requestId } = await written(t);
  const { code, stdout } = command(["--journal", folder, "find", requestId]);
  assert.equal(code, 0);
  assert.ok(stdout.includes(requestId), stdout);
  const env = { ...process.env, REQTRAIL_JOURNAL: folder };
  assert.equal(command(["find", `${requestId}-other`], { env }).code, 5);
});

test("an interrupt ends it", async (t) => {
  const { folder } = await written(t);
  // A parent that runs in the background ignores SIGINT, and passes that on.
  const heeding = ["--default-signal=INT", script];
  const running = spawn("env", [...heeding, "--journal", folder, "tail", "-f", "--json"], {
    timeout: 120_000,
    killSignal: "SIGKILL",
  });
  let said = "";
  running.stderr.on("data", (text) => (said += text));
  const [line] = await once(running.stdout.setEncoding("utf8"), "data");
  assert.match(line, /missing/);
  running.kill("SIGINT");
  assert.deepEqual([...(await once(running, "close")), said], [130, null, ""]);
});

test("it uses neither process.stdout nor the rest of the package", () => {
  const watch = `data:text/javascript,${encodeURIComponent(`
    import { createRequire } from "node:module";
    import { writeSync } from "node:fs";
    for (const name of ["stdin", "stdout", "stderr"])
      Object.defineProperty(process, name, { get() { writeSync(2, name + " was asked for"); } });
    process.on("exit", () => {
      const { cache } = createRequire("${import.meta.url}");
      const own = Object.keys(cache).filter((name) => /reqtrail.lib/.test(name));
      writeSync(2, own.map((name) => name.split(/.reqtrail.lib./)[1]).sort().join(" "));
    });`)}`;
  const { stderr, ...rest } = command(["--import", watch, script, "--version"], {
    file: process.execPath,
  });
  assert.deepEqual(rest, { code: 0, signal: null, stdout: shown.stdout });
  assert.equal(stderr, "command.js loader.js version.js");
});
