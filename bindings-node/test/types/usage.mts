// What programs may write, and what their compiler must refuse.

import {
  ApiError,
  type Attempt,
  type Category,
  Client,
  type ErrorKind,
  RateLimitedError,
  ReqtrailError,
  type Response,
  Secret,
  TimeoutError,
  Trail,
  novavms,
  openstack,
} from "reqtrail";
import {
  Mock,
  MockError,
  type MockRequest,
  type Replies,
  type Reply,
  error,
  response,
  trail as made,
} from "reqtrail/testing";

const client: Client = Client.novavms(new URL("https://novavms.example/api/v1"), {
  token: new Secret("sk_live_…"),
  tokenRefresher: async () => "new",
  retryBudget: null,
  timeoutMs: 1000,
  proxy: null,
  unixSocket: "/run/api.sock",
  http2PingIntervalMs: null,
  http2PingTimeoutMs: 3000,
  onAttempt: (call, attempt) => console.log(call.callId, attempt.requestId),
  onCall: (trail: Trail) => console.log(trail.report()),
});

// The template decides the parameters.
const camera: Response = await client.get("/cameras/{id}", { params: { id: 7 } });
await client.get("/cameras");
await client.get("/cameras", { query: { limit: 10, tag: ["a", "b"], none: undefined } });
interface Page {
  limit: number;
  cursor?: string;
}
const page: Page = { limit: 3 };
const cursorless: { limit?: number } = {};
await client.get("/cameras", { query: page, headers: { "X-N": 1, "X-S": new Secret("s") } });
await client.get("/cameras/{id}", { params: { id: 7 }, query: page });
await client.get("/cameras", {
  query: [
    ["a", 1],
    ["b", undefined],
  ],
});
await client.get("/cameras", { query: new URLSearchParams("a=1") });
await client.get("/cameras", { query: new Map([["a", 1]]) });
await client.get("/cameras", { query: { tag: ["a", undefined], limit: cursorless.limit } });
// @ts-expect-error null is not a query value
await client.get("/cameras", { query: { cursor: null } });
// @ts-expect-error nor is a date
await client.get("/cameras", { query: { since: new Date() } });
// @ts-expect-error nor a map
await client.get("/cameras", { query: { filter: new Map() } });
// @ts-expect-error nor a function
await client.get("/cameras", { query: { filter: () => 1 } });
// @ts-expect-error nor an object
await client.get("/cameras", { query: { filter: { a: 1 } } });
// @ts-expect-error nor null in a list
await client.get("/cameras", { query: { tag: ["a", null] } });
// @ts-expect-error a date is not a query
await client.get("/cameras", { query: new Date() });
// @ts-expect-error nor is a function
await client.get("/cameras", { query: () => 1 });
// @ts-expect-error nor a list of anything but pairs
await client.get("/cameras", { query: [1, 2] });
const dated: { since: Date } = { since: new Date() };
// @ts-expect-error not in a variable either
await client.get("/cameras", { query: dated });
await client.post("/cameras", { body: new ArrayBuffer(2) });
await client.post("/cameras", { body: new Blob(["a"], { type: "text/plain" }) });
await client.post("/cameras", { body: new URLSearchParams({ a: "1" }) });
await client.post("/cameras", { body: new DataView(new ArrayBuffer(2)) });
// @ts-expect-error an object belongs in json
await client.post("/cameras", { body: { a: 1 } });
await client.get("/cameras", { signal: null, body: null, query: null, timeoutMs: null });
await client.put("/cameras/{id}/events/{event}", { params: { id: "a", event: 7n }, json: {} });
await client.request("QUERY", "/cameras/{id}", { params: { id: new Secret("s") } });
const path: string = "/cameras/" + "{id}";
await client.get(path);
await client.get(path, { params: { id: 1 } });
// @ts-expect-error the parameter is missing
await client.get("/cameras/{id}");
// @ts-expect-error the parameter is missing
await client.get("/cameras/{id}", {});
// @ts-expect-error another name
await client.get("/cameras/{id}", { params: { ident: 7 } });
// @ts-expect-error one is missing
await client.get("/cameras/{id}/events/{event}", { params: { id: 7 } });
// @ts-expect-error one too many
await client.get("/cameras/{id}", { params: { id: 7, other: 1 } });
// @ts-expect-error the path has none
await client.get("/cameras", { params: { id: 7 } });
// @ts-expect-error undefined is not a parameter value
await client.get("/cameras/{id}", { params: { id: undefined } });
// @ts-expect-error an unknown option
await client.get("/cameras", { timeout: 7 });
// @ts-expect-error an unknown option
new Client("https://api.example", { timeout: 7 });
// @ts-expect-error the dialect is fixed
Client.openstack("https://nova.example", { dialect: "novavms" });

// Responses.
const ok: boolean = camera.ok;
const id: string | null = camera.requestId;
const headers: Headers = camera.headers;
const body: { name: string } = camera.json<{ name: string }>();
const bytes: Uint8Array = camera.bytes();
// @ts-expect-error JSON has no type unless the program gives one
camera.json().name;
// @ts-expect-error read-only
camera.status = 1;
// @ts-expect-error programs do not construct trails
new (camera.trail.constructor as typeof Trail)();

// Errors narrow by class, by kind, by category, and by code.
try {
  await client.get("/cameras");
} catch (error) {
  if (error instanceof RateLimitedError) {
    const category: "rate_limited" = error.category;
    const wait: number | null = error.retryAfterMs;
    console.log(category, wait);
  } else if (error instanceof TimeoutError) {
    const kind: "timeout" = error.kind;
    console.log(kind);
  } else if (error instanceof ApiError) {
    const status: number = error.status;
    const trail: Trail = error.trail;
    const category: Category = error.category;
    console.log(status, trail, category);
  } else if (error instanceof ReqtrailError) {
    const kind: ErrorKind = error.kind;
    const trail: Trail | null = error.trail;
    console.log(kind, trail);
  }
  if (novavms.hasKnownCode(error)) {
    switch (error.code) {
      case "webhook_delivery_failed": {
        const code: "webhook_delivery_failed" = error.code;
        console.log(code, error.hint, error.documentationUrl);
        break;
      }
      // @ts-expect-error no such code
      case "webhook_delivery_fails":
        break;
    }
  }
  if (openstack.hasKnownCode(error)) {
    const fault: openstack.Fault = error.code;
    console.log(fault);
  }
}

// Trails are records.
const attempt: Attempt | undefined = camera.trail.attempts[0];
const ids: readonly string[] = camera.trail.requestIds;
const json: string = camera.trail.toJSON().attempts[0]!.span_id;
// @ts-expect-error read-only
camera.trail.attempts.push(attempt!);
// @ts-expect-error read-only
attempt!.status = 1;
// @ts-expect-error no such cause
console.log(attempt!.cause === "again");

// Server actions.
const compute = new openstack.Compute(client);
const report: openstack.ActionReport = await compute.follow("id", camera, { pollIntervalMs: 10 });
const resources = new openstack.Resources(client);
const ofResponse: openstack.ActionReport = await resources.follow(camera, { deadlineMs: 5 });
const byIds: openstack.ActionReport = await resources.follow("volume.extend", "id", "req-1", {
  size: 2,
});
const messages: readonly openstack.UserMessage[] = [...ofResponse.messages, ...byIds.messages];
// @ts-expect-error -- a kind needs the resource and the request
await resources.follow("volume.extend");
void messages;
const verdict: "succeeded" | "failed" | "unknown" = report.verdict;
const story: openstack.ServerHistory = await compute.explain("id", { limit: 1 });
// @ts-expect-error an option of the other
await compute.explain("id", { deadlineMs: 1 });

const cloud = new openstack.Cloud({
  auth: { auth_url: "https://keystone.example", password: new Secret("s") },
  volume_interface: ["internal", "public"],
  image_api_version: 2,
});
const connection: openstack.Connection = await cloud.connect({ signal: AbortSignal.timeout(1000) });
const nova: Client = connection.client({ maxAttempts: 2 });
const server: openstack.Server = await new openstack.Compute(nova).server("id");
const cinder: Client = await connection.client({
  service: "volume",
  interface: "internal",
  signal: AbortSignal.timeout(1000),
});
const why: openstack.Story = await connection.explain("web-1", { limit: 1, timeoutMs: 1000 });
const related: readonly openstack.ResourceStory[] = why.resources;
// @ts-expect-error an option of the other
await connection.explain("web-1", { microversion: "2.1" });
const listed: readonly openstack.ServiceEndpoint[] = connection.services();
// @ts-expect-error the client of a service is a promise
const early: Client = connection.client({ service: "volume" });
const trail: Trail | null = server.trail;
// @ts-expect-error no such key
new openstack.Cloud({ region: "One" });
// @ts-expect-error a number loses the last digit of 3.70
new openstack.Cloud({ volume_default_microversion: 3.7 });
console.log(trail, connection.session?.expiresAt, cinder, related, listed, early);

const disposable: AsyncDisposable = client;
console.log(ok, id, headers, body, bytes, ids, json, verdict, story, disposable);

// Mocks.
const mock: Mock = new Mock({ seed: 7, clock: "manual", allowUnused: true });
const reply: Reply = { code: "rate_limited", retryAfterMs: 1000, times: Infinity };
mock
  .get("/cameras/{id}", { query: { limit: 10 } })
  .replies(429, reply)
  .thenReplies(200);
mock
  .post("/events", { headers: { "x-a": /b/, "x-c": null }, json: { a: { $any: true } } })
  .fails("timeout");
mock.on(null, "/cameras").replies({ code: "not_found" }).thenFails("reset", { times: 2 });
const mocked: Client = mock.client({ dialect: "openstack", baseUrl: "https://nova.example" });
const seen: readonly MockRequest[] = mock.requests;
const tags: string[] | undefined = seen[0]?.query.getAll("tag");
await mock.advance(1000);
await mock.waitUntilWaiting();
const again: Trail = Trail.fromJSON(trail!.toJSON());
using ended = mock;
try {
  mock.verify();
} catch (error) {
  if (error instanceof MockError) console.log(error.problems, mock.elapsedMs, ended);
}
const replies: Replies = mock.get("/cameras").replies(200);
// @ts-expect-error `Replies` is not a promise
replies.then(() => {});
// @ts-expect-error a status is a number
mock.get("/cameras").replies("200");
// @ts-expect-error no such option
mock.get("/cameras").replies(200, { retryAfter: 1 });
// @ts-expect-error no such clock
new Mock({ clock: "real" });
// @ts-expect-error read-only
seen[0]!.method = "GET";
console.log(mocked, tags, again);
const late: ReqtrailError = error({ kind: "timeout", method: "POST" });
const madeIds: readonly string[] = made({ attempts: [{ code: "x", status: 429 }] }).requestIds;
const answered: Response = response({ json: { id: 7 } });
// @ts-expect-error attempts are needed
made({ path: "/cameras" });
// @ts-expect-error no such kind
error({ kind: "late" });
console.log(late, madeIds, answered);
