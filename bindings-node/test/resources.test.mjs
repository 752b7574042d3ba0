// Following volumes and images: what happened after a service accepted a request.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { Client, openstack } from "reqtrail";

import { failure } from "./support.mjs";

const { ActionFailedError, ActionReport, ActionUnfollowedError, Resources } = openstack;
const VOLUME = "86a92e20-c6ef-44cc-9712-5a931ec997fe";
const IMAGE = "71252fd2-b48d-43c3-9391-153739746e29";
const REQUEST = "req-05c51f8b-20ea-4e85-ad74-6e3014f027f4";
const NO_SPACE = "extend volume:Could not find any available weighted backend.";

/** Starts a service with a volume that stays `available` whatever is asked for, and an image whose import fails. */
async function cinder(t, service) {
  let last = 0;
  const message = {
    id: "m",
    event_id: "VOLUME_VOLUME_007_003",
    user_message: NO_SPACE,
    message_level: "ERROR",
    request_id: REQUEST,
    resource_uuid: VOLUME,
  };
  const another = { ...message, request_id: RESIZE, user_message: "another's" };
  const task = {
    id: "t",
    type: "api_image_import",
    status: "failure",
    message: "no such host",
    request_id: REQUEST,
  };
  const server = createServer((request, response) => {
    const answer = (status, body) => {
      const own =
        status === 202
          ? REQUEST
          : `req-00000000-0000-4000-8000-${String(++last).padStart(12, "0")}`;
      response.writeHead(status, { "X-Openstack-Request-Id": own });
      response.end(body === undefined ? "" : JSON.stringify(body));
    };
    request.resume();
    const path = request.url.split("?")[0];
    if (request.method === "POST") {
      return answer(202, path === "/volumes" ? { volume: { id: VOLUME } } : undefined);
    }
    if (path === "/messages") return answer(200, { messages: [another, message] });
    if (path === `/v2/images/${IMAGE}/tasks`) return answer(200, { tasks: [task] });
    if (path === `/v2/images/${IMAGE}`) return answer(200, { id: IMAGE, status: "importing" });
    if (path === `/volumes/${VOLUME}`) {
      return answer(200, { volume: { id: VOLUME, status: "available", size: 1, bootable: "no" } });
    }
    answer(404, { itemNotFound: { code: 404, message: "no such volume" } });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = Client.openstack(`http://127.0.0.1:${server.address().port}`, {
    token: "gAAAAA-s3cr3t",
    service,
  });
  t.after(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  return client;
}

const RESIZE = "req-11111111-1111-4111-8111-111111111111";

test("an extend without space", async (t) => {
  const client = await cinder(t, "volume");
  const resources = new Resources(client);
  const extend = await client.post("/volumes/{id}/action", {
    params: { id: VOLUME },
    json: { "os-extend": { new_size: 2 } },
  });
  const failed = await failure(resources.follow(extend, { pollIntervalMs: 10 }));
  assert.ok(failed instanceof ActionFailedError);
  const { report } = failed;
  assert.ok(report instanceof ActionReport);
  assert.equal(report.verdict, "failed");
  assert.deepEqual(
    [report.resourceType, report.resourceId, report.operation, report.serverId],
    ["volume", VOLUME, "extend", ""],
  );
  assert.equal(failed.requestId, REQUEST);
  assert.deepEqual(
    report.messages.map((it) => [it.userMessage, it.eventId]),
    [[NO_SPACE, "VOLUME_VOLUME_007_003"]],
  );
  assert.equal(report.resource.status, "available");
  assert.equal(report.resource.data.bootable, "no");
  const start = `extend of volume ${VOLUME} failed: the volume is available with 1 GiB, not 2: ${NO_SPACE}`;
  assert.ok(failed.message.startsWith(start), failed.message);
  assert.ok(!JSON.stringify(report).includes("another's"));
  assert.match(failed.stack.split("\n    at ")[1], /resources\.test\.mjs/);
  // By IDs only, with the size.
  const seen = [];
  const options = { size: 2, onProgress: (progress) => seen.push(progress.resource.status) };
  const again = await failure(resources.follow("volume.extend", VOLUME, REQUEST, options));
  assert.equal(again.message, failed.message);
  assert.deepEqual(seen, ["available"]);
  // By kind, resource and response.
  const said = await failure(resources.follow("volume.extend", VOLUME, extend));
  assert.equal(said.message, failed.message);
});

test("the answer to a creation names the volume", async (t) => {
  const client = await cinder(t, "volume");
  const created = await client.post("/volumes", { json: { volume: { size: 1 } } });
  const report = await new Resources(client).follow(created);
  assert.deepEqual([report.verdict, report.resourceId], ["succeeded", VOLUME]);
});

test("an import fails with the message of its task", async (t) => {
  const client = await cinder(t, "image");
  const accepted = await client.post("/v2/images/{id}/import", { params: { id: IMAGE }, json: {} });
  const failed = await failure(new Resources(client).follow(accepted));
  assert.ok(failed.message.includes("no such host"), failed.message);
  assert.equal(failed.report.task.taskType, "api_image_import");
});

test("what cannot be followed", async (t) => {
  const client = await cinder(t, "volume");
  const resources = new Resources(client);
  const kind = await failure(resources.follow("volume", VOLUME, REQUEST));
  assert.ok(kind instanceof ActionUnfollowedError);
  assert.equal(kind.kind, "invalid_request");
  assert.match(kind.message, /kind is `volume`; expected `volume\.create`, /);
  const options = { pollIntervalMs: 10, settleTimeMs: 10 };
  const missing = await failure(resources.follow("volume.create", "other", REQUEST, options));
  assert.match(missing.message, /no such volume/);
  const created = await client.post("/volumes", { json: {} });
  for (const [given, text] of [
    [[5], /what: expected the Response that began it, or a kind such as "volume\.extend"/],
    [["volume.create"], /resourceId: expected a string/],
    [["volume.create", VOLUME, 5], /requestId: expected the Response/],
    [[created, { microversion: "3.5" }], /microversion/],
    [[created, VOLUME], /options: expected an object/],
  ]) {
    assert.match((await failure(resources.follow(...given))).message, text);
  }
});
