// Clients of any service of a cloud.

import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createServer } from "node:http";
import { test } from "node:test";

import { Client, ConfigError, ServerError, openstack } from "reqtrail";

import { failure } from "./support.mjs";

/** Starts Keystone, a Cinder whose endpoint names its version, and a Glance whose endpoint does not. */
async function services(t) {
  const seen = [];
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
  return { connect, seen, here };
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
