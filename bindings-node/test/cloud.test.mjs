// Signing in to OpenStack, and the clients of a connection.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";

import { AuthenticationError, CancelledError, ConfigError, Secret, openstack } from "reqtrail";

import { failure, run } from "./support.mjs";

const { Cloud, Compute, Connection } = openstack;
const PASSWORD = 'hünter2-"pass" 😀';
const RESIZE = "req-11111111-1111-4111-8111-111111111111";

/** Keystone, and a compute API that refuses Keystone's first token. */
async function keystone(t, { hangs = false, once = Infinity } = {}) {
  let tokens = 0;
  let asked;
  const signIns = [];
  const server = createServer(async (request, response) => {
    const answer = (status, body, id, headers = {}) => {
      response.writeHead(status, { "X-Openstack-Request-Id": id, ...headers });
      response.end(JSON.stringify(body));
    };
    if (request.method === "GET") {
      if (request.headers["x-auth-token"] === "t-s3cr3t-1") return answer(401, {}, "req-old");
      if (request.url.includes(`os-instance-actions/${RESIZE}`)) {
        return answer(
          200,
          { instanceAction: { action: "resize", request_id: RESIZE, events: [] } },
          "req-action",
        );
      }
      if (request.url.includes("os-instance-actions")) {
        const links = [{ rel: "next", href: "http://next.example/" }];
        return answer(
          200,
          { instanceActions: [{ action: "resize", request_id: RESIZE }], links },
          request.url,
        );
      }
      return answer(200, { server: { id: "s1", status: "ACTIVE" } }, "req-new");
    }
    let text = "";
    for await (const part of request.setEncoding("utf8")) text += part;
    const { auth } = JSON.parse(text);
    signIns.push(auth);
    asked?.();
    if (hangs) return;
    if (auth.identity.password.user.password !== PASSWORD || tokens === once) {
      return answer(
        401,
        { error: { code: 401, message: "no", title: "Unauthorized" } },
        "req-refused",
      );
    }
    const url = `http://127.0.0.1:${server.address().port}/compute`;
    const token = {
      catalog: [{ type: "compute", endpoints: [{ interface: "public", region_id: "One", url }] }],
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      user: { id: "u1", name: "demo" },
      project: { id: "p1", name: "prod" },
    };
    tokens++;
    answer(201, { token }, `req-signin-${tokens}`, { "X-Subject-Token": `t-s3cr3t-${tokens}` });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const auth = {
    auth_url: `http://127.0.0.1:${server.address().port}`,
    username: "demo",
    password: new Secret(PASSWORD),
    project_name: "prod",
    user_domain_name: "Default",
    project_domain_id: "default",
  };
  return { auth, signIns, asks: () => new Promise((resolve) => (asked = resolve)) };
}

test("clients of a connection sign in again", async (t) => {
  const { auth, signIns } = await keystone(t);
  const connection = await new Cloud({ auth, region_name: "One" }).connect();
  assert.ok(connection instanceof Connection);
  const { session } = connection;
  assert.deepEqual(
    [session.projectId, session.projectName, session.userName],
    ["p1", "prod", "demo"],
  );
  assert.ok(session.expiresAt > new Date());
  assert.deepEqual(session.trail.requestIds, ["req-signin-1"]);
  assert.match(connection.endpoint, /\/compute\/v2\.1$/);
  const client = connection.client({ maxAttempts: 1 });
  const compute = new Compute(client);
  // The server refuses the first token; the second is Keystone's answer to the same password.
  const server = await compute.server("s1");
  assert.equal(server.status, "ACTIVE");
  assert.deepEqual(server.trail.requestIds, ["req-old", "req-new"]);
  assert.equal(signIns.length, 2);
  const action = await compute.action("s1", RESIZE);
  assert.equal(action.action, "resize");
  assert.equal(action.trail.requestId, "req-action");
  const since = new Date(Date.UTC(2026, 10, 21));
  const page = await compute.actions("s1", { limit: 1, changesSince: since, marker: "req-0" });
  assert.deepEqual(
    page.actions.map(({ requestId }) => requestId),
    [RESIZE],
  );
  assert.equal(page.next, "http://next.example/");
  assert.match(page.trail.requestId, /limit=1&marker=req-0&changes-since=2026-11-21T00/);
  await assert.rejects(compute.actions("s1", { changesSince: 7 }), /changesSince: expected a Date/);
  await client.close();
  assert.equal(inspect(connection), "Connection { project: 'prod' }");
  const shown = inspect([connection, session, client]) + JSON.stringify(session);
  assert.ok(!shown.includes("s3cr3t") && !shown.includes("hünter2"), shown);
});

test("a passcode signs in once", async (t) => {
  const { auth, signIns } = await keystone(t);
  const { project_name: _, ...user } = auth;
  const cloud = new Cloud({
    auth_type: "v3multifactor",
    auth_methods: ["v3password", "v3totp"],
    auth: { ...user, passcode: new Secret("918273"), trust_id: "t1" },
    region_name: "One",
  });
  const connection = await cloud.connect();
  assert.deepEqual(signIns[0].identity.methods, ["password", "totp"]);
  assert.equal(signIns[0].identity.totp.user.passcode, "918273");
  assert.deepEqual(signIns[0].scope, { "OS-TRUST:trust": { id: "t1" } });
  const client = connection.client();
  const error = await failure(client.get("/servers/s1"));
  assert.ok(error instanceof AuthenticationError);
  assert.match(inspect(error.cause), /new passcode/);
  const again = await failure(cloud.connect());
  assert.ok(again instanceof ConfigError);
  assert.match(again.message, /new passcode/);
  assert.equal(signIns.length, 1);
  await client.close();
  assert.ok(!inspect([cloud, connection, error, again]).includes("918273"));
});

test("the error of a refused sign-in has its trail, and no password", async (t) => {
  const { auth } = await keystone(t);
  const cloud = new Cloud({ auth: { ...auth, password: "s3cr3t-wrong" } });
  const error = await failure(cloud.connect());
  assert.ok(error instanceof AuthenticationError);
  assert.equal(error.requestId, "req-refused");
  assert.match(error.stack.split("\n    at ")[1], /cloud\.test\.mjs/);
  assert.ok(!(inspect(error) + inspect(cloud) + JSON.stringify(error)).includes("s3cr3t"));
});

test("a sign-in that fails later is the cause of the 401", async (t) => {
  const { auth } = await keystone(t, { once: 1 });
  const client = (await new Cloud({ auth }).connect()).client();
  const error = await failure(new Compute(client).server("s1"));
  assert.ok(error instanceof AuthenticationError);
  assert.equal(error.requestId, "req-old");
  assert.ok(error.cause instanceof AuthenticationError);
  assert.equal(error.cause.requestId, "req-refused");
  await client.close();
});

test("a sign-in is cancelled", async (t) => {
  const { auth, asks } = await keystone(t, { hangs: true });
  const controller = new AbortController();
  const connecting = failure(new Cloud({ auth }).connect({ signal: controller.signal }));
  await asks();
  controller.abort(new Error("enough"));
  const error = await connecting;
  assert.ok(error instanceof CancelledError);
  assert.equal(error.cause, controller.signal.reason);
  const early = await failure(new Cloud({ auth }).connect({ signal: AbortSignal.abort() }));
  assert.ok(early instanceof CancelledError);
});

test("clouds are described as in clouds.yaml, and mistakes are named", async (t) => {
  const { auth } = await keystone(t);
  assert.throws(
    () => new Cloud({ region: "One" }),
    /^TypeError: a cloud has no option `region`: `region_name` is the region of the endpoint$/,
  );
  assert.throws(() => new Cloud({ regionName: "One" }), /did you mean `region_name`\?$/);
  assert.throws(
    () => new Cloud({ fruit: 1 }),
    /no option `fruit`; it has auth, auth_type, .*auth_methods, and keys of services such as `volume_interface`$/,
  );
  assert.throws(() => new Cloud({ auth: { auth_url: "x" } }), ConfigError);
  assert.throws(() => Cloud.named("no-such-cloud"), ConfigError);
  const connection = await Cloud.fromEntry({ auth, region_name: "Two", unused: null }).connect();
  assert.throws(() => connection.endpoint, /One/);
  assert.throws(() => connection.client(), ConfigError);
  const own = {
    auth: { endpoint: "http://nova.example/v2.1", token: "t" },
    auth_type: "admin_token",
  };
  const without = await new Cloud(own).connect();
  assert.equal(without.session, null);
  assert.equal(without.endpoint, "http://nova.example/v2.1");
});

test("a process signs in by the environment, and ends", async (t) => {
  const { auth } = await keystone(t);
  const env = Object.fromEntries(
    Object.entries({ ...auth, password: PASSWORD }).map(([name, value]) => [
      `OS_${name.toUpperCase()}`,
      value,
    ]),
  );
  const code = `
    import { openstack } from "reqtrail";
    const connection = await openstack.Cloud.fromEnv("One").connect();
    console.log(connection.session.userName);`;
  assert.deepEqual(await run(code, { env }), {
    code: 0,
    signal: null,
    stdout: "demo\n",
    stderr: "",
  });
});

test("ignored variables are noted", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "reqtrail-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "clouds.yaml");
  await writeFile(
    file,
    "clouds: {one: {auth_type: none, endpoint: 'https://one.example', region_name: One}}",
  );
  const code = `
    import { openstack } from "reqtrail";
    const { Cloud } = openstack;
    console.log(JSON.stringify([Cloud.fromEnv().notes, Cloud.named("one").notes]));`;
  const env = { OS_CLIENT_CONFIG_FILE: file, OS_CLOUD: "one", OS_REGION_NAME: "Two" };
  const { stdout } = await run(code, { env });
  const [[note, ...more], none] = JSON.parse(stdout);
  assert.match(note, /OS_REGION_NAME is `Two`/);
  assert.deepEqual([more, none], [[], []]);
});

test("channels get every sign-in, and a client's hooks get its own", async (t) => {
  const { auth } = await keystone(t);
  const published = [];
  const attempts = [];
  const storage = new AsyncLocalStorage();
  const onCall = ({ trail }) => published.push([trail.requestId, storage.getStore()]);
  const onAttempt = ({ call, attempt }) => attempts.push([call.method, attempt.requestId]);
  subscribe("reqtrail:call", onCall);
  subscribe("reqtrail:attempt", onAttempt);
  t.after(() => {
    unsubscribe("reqtrail:call", onCall);
    unsubscribe("reqtrail:attempt", onAttempt);
  });
  const connection = await storage.run("connect", () => new Cloud({ auth }).connect());
  assert.deepEqual(published, [["req-signin-1", "connect"]]);
  assert.deepEqual(attempts, [["POST", "req-signin-1"]]);
  const hooks = { attempts: [], calls: [] };
  // A client's sign-in belongs to no call; its hooks run in the context in which the client was made.
  const options = {
    onAttempt: (_, attempt) => hooks.attempts.push([attempt.requestId, storage.getStore()]),
    onCall: (trail) => hooks.calls.push([trail.requestId, storage.getStore()]),
  };
  const client = storage.run("client", () => connection.client(options));
  await storage.run("call", () => new Compute(client).server("s1"));
  await client.close();
  const signIn = ["req-signin-2", "client"];
  assert.deepEqual(hooks.attempts, [["req-old", "call"], signIn, ["req-new", "call"]]);
  assert.deepEqual(hooks.calls, [signIn, ["req-new", "call"]]);
  assert.deepEqual(
    attempts.map(([, id]) => id),
    ["req-signin-1", ...hooks.attempts.map(([id]) => id)],
  );
  assert.deepEqual(published, [["req-signin-1", "connect"], ...hooks.calls]);
});

test("a sign-in has only the option signal, and sends nothing if that is not valid", async (t) => {
  const { auth, signIns } = await keystone(t);
  await assert.rejects(new Cloud({ auth }).connect({ foo: 1 }), /no option "foo"/);
  const signal = { aborted: false, addEventListener() {} };
  await assert.rejects(new Cloud({ auth }).connect({ signal }), /signal: expected an AbortSignal/);
  assert.equal(signIns.length, 0);
  assert.ok((await new Cloud({ auth }).connect({ signal: null })) instanceof Connection);
});
