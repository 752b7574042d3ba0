// Environment variables that concern TLS.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import path from "node:path";
import { test } from "node:test";

import { certificate, hasOpenssl, run } from "./support.mjs";

const CODE = `
  import { Client } from "reqtrail";
  const client = new Client(process.argv[1], { maxAttempts: 1 });
  console.log(await client.get("/").then(({ status }) => status, (error) => error.trail.attempts[0].failureCode));
  await client.close();`;

/** Starts a server with a self-signed certificate. Returns its URL and the certificate's file. */
async function secure(t) {
  const { folder, key, cert } = certificate(t);
  const options = { key: readFileSync(key), cert: readFileSync(cert) };
  const server = createServer(options, (_, response) => response.end("{}"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `https://127.0.0.1:${server.address().port}`, cert, folder };
}

test("NODE_EXTRA_CA_CERTS adds to the store", { skip: !hasOpenssl() }, async (t) => {
  const { url, cert, folder } = await secure(t);
  const play = (env) => run(CODE, { args: [url], env });
  const without = await play({ NODE_EXTRA_CA_CERTS: "" });
  assert.notEqual(without.stdout, "200\n");
  const trusted = await play({ NODE_EXTRA_CA_CERTS: cert });
  assert.deepEqual([trusted.stdout, trusted.stderr], ["200\n", ""]);
  // A certificate that cannot be used causes a warning, as in Node; the others are used.
  const mixed = path.join(folder, "mixed.pem");
  const bad = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  writeFileSync(mixed, bad + readFileSync(cert, "utf8"));
  const both = await play({ NODE_EXTRA_CA_CERTS: mixed });
  assert.equal(both.stdout, "200\n");
  assert.match(
    both.stderr,
    /reqtrail cannot use all of NODE_EXTRA_CA_CERTS .*it has a certificate that is not valid/,
  );
  const none = await play({ NODE_EXTRA_CA_CERTS: path.join(folder, "nothing.pem") });
  assert.equal(none.stdout, without.stdout);
  assert.match(none.stderr, /reqtrail cannot use all of NODE_EXTRA_CA_CERTS .*ENOENT/);
});

test("NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect except one warning", async () => {
  const code = `
    import { Client } from "reqtrail";
    new Client("https://api.example");
    new Client("https://api.example");`;
  const { stderr } = await run(code, { env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } });
  const warnings = stderr.match(/NODE_TLS_REJECT_UNAUTHORIZED has no effect on reqtrail/g);
  assert.equal(warnings?.length, 1, stderr);
  assert.match(stderr, /dangerAcceptInvalidCerts/);
  const quiet = await run(code, { env: { NODE_TLS_REJECT_UNAUTHORIZED: "1" } });
  assert.equal(quiet.stderr, "");
});
