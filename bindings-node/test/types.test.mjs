// Types, as a program's compiler sees them, and the snippets of the documentation.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { run, spawned } from "./support.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const TOOLS = process.env.REQTRAIL_TOOLS;
const README = readFileSync(path.join(HERE, "..", "node_modules", "reqtrail", "README.md"), "utf8");
const SOURCE = process.env.REQTRAIL_SOURCE;

function snippets(text, language) {
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))].map(
    ([, code]) => code,
  );
}

async function compile(files, t, options = {}) {
  const config = path.join(HERE, `tsconfig.${path.basename(files[0])}.json`);
  const compilerOptions = {
    ...{ strict: true, noEmit: true, target: "es2022", lib: ["es2023", "esnext.disposable"] },
    ...{
      module: "node20",
      types: ["node"],
      typeRoots: [path.join(TOOLS, "node_modules", "@types")],
    },
    exactOptionalPropertyTypes: true,
    ...options,
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  t.after(() => rmSync(config));
  const tsc = path.join(TOOLS, "node_modules", ".bin", "tsc");
  const { code, stdout } = await spawned(tsc, ["-p", config, "--pretty", "false"], {
    cwd: HERE,
    env: process.env,
  });
  assert.equal(code, 0, stdout);
}

test(
  "programs of both module systems compile, and wrong ones do not",
  { skip: !TOOLS },
  async (t) => {
    // A line that must be refused has @ts-expect-error, which is itself an error if the line is accepted.
    await compile(["types/usage.mts", "types/usage.cts"], t);
  },
);

test("a program without @types/node and without DOM compiles", { skip: !TOOLS }, async (t) => {
  // Checks the declarations too.
  const options = { types: [], lib: ["es2022"], skipLibCheck: false };
  await compile(["types/bare.mts"], t, options);
});

async function compileSnippets(found, name, t) {
  const folder = path.join(HERE, name);
  mkdirSync(folder, { recursive: true });
  t.after(() => rmSync(folder, { recursive: true }));
  const files = found.map((code, index) => {
    const file = path.join(folder, `${name}${index}.mts`);
    const client = code.includes("const client =")
      ? ""
      : 'declare const client: import("reqtrail").Client;\n';
    writeFileSync(file, `${client}${code}\nexport {};\n`);
    return file;
  });
  await compile(files, t);
}

test("the snippets of the README compile", { skip: !TOOLS }, async (t) => {
  const found = snippets(README, "ts");
  assert.ok(found.length >= 4);
  await compileSnippets(found, "readme", t);
});

test("the snippet of the repository's README compiles", { skip: !TOOLS || !SOURCE }, async (t) => {
  const text = readFileSync(path.join(SOURCE, "..", "README.md"), "utf8");
  const found = snippets(text, "ts");
  assert.equal(found.length, 1);
  await compileSnippets(found, "repository", t);
});

test("the README's failure without a server", async () => {
  const [code] = snippets(README, "js");
  const { code: exit, stdout, stderr } = await run(code);
  assert.equal(exit, 0, stderr);
  assert.match(stdout, /ConnectError: GET \/anything/);
  assert.match(stdout, /GET \/anything {2}FAILED: connect {2}2 attempts/);
});

test("the README's test of a program", async (t) => {
  const code = snippets(README, "js").find((one) => one.includes("reqtrail/testing"));
  const file = path.join(HERE, "readme.tests.mjs");
  writeFileSync(file, code);
  t.after(() => rmSync(file));
  // Removes the variable that marks a runner as run by another one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const flags = ["--test", "--test-reporter=tap", file];
  const { code: exit, stdout } = await spawned(process.execPath, flags, { cwd: HERE, env });
  assert.equal(exit, 0, stdout);
  assert.match(stdout, /^# pass 1$/m);
});

test(
  "the snippets of the page for users of other clients compile",
  { skip: !TOOLS || !SOURCE },
  async (t) => {
    const page = readFileSync(
      path.join(SOURCE, "..", "docs", "node", "from-fetch-axios-undici.md"),
      "utf8",
    );
    const found = snippets(page, "ts").filter((code) => code.includes("// reqtrail"));
    assert.ok(found.length >= 4);
    const folder = path.join(HERE, "page");
    mkdirSync(folder, { recursive: true });
    t.after(() => rmSync(folder, { recursive: true }));
    const head =
      'import * as reqtrail from "reqtrail";\ndeclare const client: reqtrail.Client; declare const url: string; declare const token: string; declare const controller: AbortController;\n';
    const files = found.map((code, index) => {
      const file = path.join(folder, `page${index}.mts`);
      writeFileSync(file, `${head}${code}\nexport {};\n`);
      return file;
    });
    await compile(files, t);
  },
);
