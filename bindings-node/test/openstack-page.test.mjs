// The programs of the pages on OpenStack. Each prints what the page shows.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { PASSWORD, serveCloud } from "./cloud.mjs";
import { run } from "./support.mjs";

const KEYSTONE = "https://keystone.example:5000";
const SOURCE = process.env.REQTRAIL_SOURCE;

/** The sections of a page: heading, and blocks of code by language. */
function sections(...page) {
  const text = readFileSync(path.join(SOURCE, "..", "docs", ...page), "utf8");
  return text
    .split(/^#+ (?=\S)/m)
    .slice(1)
    .map((section) => {
      const blocks = [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
      const of = (language) =>
        blocks.filter(([, own]) => own === language).map(([, , code]) => code);
      return { heading: section.split("\n")[0], of };
    });
}

/** Serves a cloud that the page's `clouds.yaml` describes, and returns the variables that select it. */
async function selected(t, [described]) {
  assert.ok(described.includes(KEYSTONE) && described.includes(PASSWORD));
  const { url } = await serveCloud(t);
  const folder = mkdtempSync(path.join(tmpdir(), "reqtrail-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "clouds.yaml");
  writeFileSync(file, described.replace(KEYSTONE, url));
  return { OS_CLIENT_CONFIG_FILE: file, OS_CLOUD: "prod" };
}

test("the programs of the page print what it shows", { skip: !SOURCE }, async (t) => {
  const [head, ...rest] = sections("node", "openstack.md");
  const env = await selected(t, head.of("yaml"));
  const programs = rest.filter((section) => section.of("js").length > 0);
  assert.ok(programs.length >= 6);
  for (const { heading, of } of programs) {
    await t.test(heading, async () => {
      const [code, ...others] = of("js");
      assert.deepEqual(others, []);
      const { code: exit, stdout, stderr } = await run(code, { env });
      assert.equal(exit, 0, stderr);
      assert.deepEqual([stdout], of("text"));
    });
  }
});

test("the page on volumes explains one", { skip: !SOURCE }, async (t) => {
  const env = await selected(t, sections("node", "openstack.md")[0].of("yaml"));
  const page = sections("why-did-my-volume-fail.md");
  const { of } = page.find(({ heading }) => heading === "One call explains it");
  const { code: exit, stdout, stderr } = await run(of("js")[0], { env, type: "commonjs" });
  assert.equal(exit, 0, stderr);
  assert.equal(stdout.trim(), of("text")[0].trim());
});
