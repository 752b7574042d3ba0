// Clients of any service of a cloud.

import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createServer } from "node:http";
import { test } from "node:test";
import { inspect } from "node:util";

import {
  CancelledError,
  Client,
  ConfigError,
  ServerError,
  TimeoutError,
  openstack,
} from "reqtrail";

import { failure } from "./support.mjs";

/** Starts Keystone, a Cinder whose endpoint names its version, and a Glance whose endpoint does not. */
async function services(t) {
  const seen = [];
  let held;
  const server = createServer(async (request, response) => {
    const here = `http://127.0.0.1:${server.address().port}`;
    const answer = (status, body, headers = {}) => {
      response.writeHead(status, { "X-Openstack-Request-Id": `req-${seen.length}`, ...headers });
      response.end(JSON.stringify(body));
    };
    if (request.method === "POST") {
      for await (const part of request) void part;
      const service = (type, path) => ({
        type,
        endpoints: [
          { interface: "public", region_id: "One", url: here + path },
          { interface: "internal", region_id: "One", url: `${here}/inner${path}` },
        ],
      });
      const catalog = [
        service("compute", "/compute/v2.1"),
        service("volumev3", "/volume/v3/%(project_id)s"),
        service("image", "/image"),
        service("key-manager", "/kms"),
      ];
      return answer(
        201,
        { token: { catalog, project: { id: "p1" } } },
        { "X-Subject-Token": "t1" },
      );
    }
    seen.push(`${request.url} ${request.headers["openstack-api-version"]}`);
    if (request.url === "/image/") {
      if (held !== undefined) return held();
      const links = [{ rel: "self", href: "http://10.0.0.9:9292/v2/" }];
      return answer(300, { versions: [{ id: "v2.17", status: "CURRENT", links }] });
    }
    if (request.url === "/kms/") return answer(505, {});
    answer(200, {}, { "OpenStack-API-Version": "volume 3.59" });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const here = `http://127.0.0.1:${server.address().port}`;
  const auth = {
    auth_url: here,
    application_credential_id: "c1",
    application_credential_secret: "hunter2",
  };
  const connect = (settings = {}) =>
    openstack.Cloud.fromEntry({
      auth_type: "v3applicationcredential",
      auth,
      ...settings,
    }).connect();
  /** Leaves requests for Glance's versions without an answer, and returns a promise of the first. */
  const hold = () => new Promise((resolve) => (held = resolve));
  return { auth, connect, hold, seen, here };
}

test("a client of a service calls its endpoint", async (t) => {
  const { connect, seen } = await services(t);
  const connection = await connect({ volume_default_microversion: "3.50" });
  const promise = connection.client({ service: "volume", maxAttempts: 1 });
  assert.ok(promise instanceof Promise);
  const cinder = await promise;
  assert.ok(cinder instanceof Client);
  const response = await cinder.get("/volumes");
  assert.equal(response.trail.service, "volume");
  assert.equal(response.microversion, "3.59");
  const inner = await connection.client({
    service: "block-storage",
    interface: "internal",
    microversion: "3.70",
  });
  assert.equal((await inner.get("/volumes")).trail.service, "block-storage");
  const nova = connection.client({ interface: "internal" });
  assert.ok(nova instanceof Client);
  await nova.get("/servers");
  assert.deepEqual(seen, [
    "/volume/v3/p1/volumes volume 3.50",
    "/inner/volume/v3/p1/volumes volume 3.70",
    "/inner/compute/v2.1/servers undefined",
  ]);
});

test("a cloud has keys of single services", async (t) => {
  const { auth, seen, here } = await services(t);
  const cloud = new openstack.Cloud({
    auth,
    auth_type: "v3applicationcredential",
    volume_interface: "internal",
    image_endpoint_override: `${here}/own/v2`,
    compute_interface: ["admin", "internal"],
    shared_file_system_endpoint_override: `${here}/share/v2/%(project_id)s`,
    sharev2_default_microversion: "2.60",
    network_region_name: null,
  });
  const connection = await cloud.connect();
  for (const service of ["volume", "image", "shared-file-system"]) {
    await (await connection.client({ service })).get("/things");
  }
  await connection.client().get("/servers");
  assert.deepEqual(seen, [
    "/inner/volume/v3/p1/things undefined",
    "/own/v2/things undefined",
    "/share/v2/p1/things shared-file-system 2.60",
    "/inner/compute/v2.1/servers undefined",
  ]);
  assert.throws(
    () => new openstack.Cloud({ auth, volume_interfac: "internal" }),
    /a cloud has no option `volume_interfac`; did you mean `volume_interface`\?/,
  );
  assert.throws(
    () => new openstack.Cloud({ auth, colour_interface: "internal" }),
    /a cloud has no option `colour_interface`/,
  );
});

test("a signal cancels the request for versions", async (t) => {
  const { connect, hold } = await services(t);
  const connection = await connect();
  const asked = hold();
  const controller = new AbortController();
  const { signal } = controller;
  const finding = failure(connection.client({ service: "image", signal }));
  await asked;
  controller.abort(new Error("enough"));
  const cancelled = await finding;
  assert.ok(cancelled instanceof CancelledError, inspect(cancelled));
  assert.deepEqual([cancelled.name, cancelled.cause], ["AbortError", signal.reason]);
  assert.deepEqual([cancelled.trail.service, cancelled.trail.path], ["image", "/"]);
  const late = await failure(
    connection.client({ service: "image", signal: AbortSignal.timeout(100) }),
  );
  assert.ok(late instanceof TimeoutError, inspect(late));
  const early = await failure(
    connection.client({ service: "image", signal: AbortSignal.abort("before") }),
  );
  assert.equal(early.cause, "before");
  // It is not that of the client's calls.
  const client = await connection.client({ service: "volume", signal });
  assert.equal((await client.get("/volumes")).status, 200);
  for (const service of ["image", null]) {
    const wrong = async () => connection.client({ service, signal: 7 });
    assert.match((await failure(wrong())).message, /signal: expected an AbortSignal/);
  }
});

test("a version document is read once, and channels get that call", async (t) => {
  const { connect, seen } = await services(t);
  const heard = [];
  const listen = (message) => heard.push(message.call.service);
  subscribe("reqtrail:attempt", listen);
  t.after(() => unsubscribe("reqtrail:attempt", listen));
  const connection = await connect();
  for (let times = 0; times < 2; times++) {
    const client = await connection.client({ service: "image" });
    assert.equal((await client.get("/images")).trail.service, "image");
  }
  const get = "/image/v2/images undefined";
  assert.deepEqual(seen, ["/image/ undefined", get, get]);
  assert.deepEqual(heard, ["identity", "image", "image", "image"]);
});

test("the services of a cloud are listed", async (t) => {
  const { connect, here } = await services(t);
  const connection = await connect();
  const listed = connection.services();
  assert.equal(listed.length, 8);
  assert.deepEqual(listed[2], {
    serviceType: "volumev3",
    region: "One",
    interface: "public",
    url: `${here}/volume/v3/p1`,
  });
  assert.ok(Object.isFrozen(listed) && Object.isFrozen(listed[2]));
  const none = openstack.Cloud.fromEntry({ auth_type: "none", endpoint: here });
  assert.deepEqual((await none.connect()).services(), []);
});

test("mistakes are named", async (t) => {
  const { connect } = await services(t);
  const connection = await connect();
  const wrong = async (options) => failure(connection.client(options));
  const missing = await wrong({ service: "network" });
  assert.ok(missing instanceof ConfigError);
  assert.match(missing.message, /no service of the type `network`; it has compute, image/);
  const nowhere = await wrong({ service: "image", region: "Six" });
  assert.match(nowhere.message, /in the region `Six`/);
  const unversioned = await wrong({ service: "image", microversion: "2.1" });
  assert.match(unversioned.message, /the service `image` has no microversions/);
  const typed = await wrong({ service: 7 });
  assert.ok(typed instanceof TypeError);
  assert.match(typed.message, /service/);
  assert.throws(() => connection.client({ region: "Six" }), /in the region `Six`/);
  const failed = await wrong({ service: "key-manager" });
  assert.ok(failed instanceof ServerError);
  assert.equal(failed.trail.service, "key-manager");
  assert.equal(failed.trail.path, "/");
});
