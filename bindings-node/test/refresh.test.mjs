// Token refreshers: the context in which they run, and the errors of calls when they fail.

import assert from "node:assert/strict";
import { AsyncLocalStorage, AsyncResource, createHook } from "node:async_hooks";
import { test } from "node:test";
import { inspect } from "node:util";

import {
  AuthenticationError,
  CancelledError,
  Client,
  ConnectError,
  UnavailableError,
  openstack,
} from "reqtrail";

import { both, failure, served } from "./support.mjs";

test("a refresher runs in the context of the call that asks", async (t) => {
  const storage = new AsyncLocalStorage();
  const seen = [];
  const tokenRefresher = async () => {
    seen.push(storage.getStore());
    await new Promise(setImmediate);
    seen.push(storage.getStore());
    return "good";
  };
  for (const token of ["bad", undefined]) {
    const { client } = await storage.run("client", () => both(t, { token, tokenRefresher }));
    await storage.run("one", () => client.get("/private"));
    client.setToken("bad again");
    // A body that must be read first makes no difference.
    const body = new Blob(["a"]);
    await storage.run("two", () => client.post("/private", { body }));
    client.setToken("bad again");
    const inThree = storage.run("three", () => new AsyncResource("PROGRAM"));
    await inThree.runInAsyncScope(() => client.get("/private"));
    client.setToken("bad at last");
    await storage.run(undefined, () => client.get("/private"));
    // Without a token, the refresher runs before the first call; nothing else differs.
    const each = ["one", "two", "three", undefined];
    assert.deepEqual(
      seen.splice(0),
      each.flatMap((store) => [store, store]),
    );
  }
});

test("one refresh serves many calls, in the context of the one that began it", async (t) => {
  const storage = new AsyncLocalStorage();
  let asked = 0;
  let began;
  let answer;
  const begins = new Promise((resolve) => (began = resolve));
  const { client } = await both(t, {
    token: "bad",
    tokenRefresher: () => {
      asked++;
      began(storage.getStore());
      return new Promise((resolve) => (answer = resolve));
    },
  });
  const first = storage.run("first", () => client.get("/private"));
  const store = await begins;
  const others = [1, 2, 3].map((n) => storage.run(n, () => client.get("/private")));
  answer("good");
  for (const { status } of await Promise.all([first, ...others])) assert.equal(status, 200);
  assert.deepEqual([store, asked], ["first", 1]);
});

test("a refresher runs in the context of the operation that asks", async (t) => {
  const storage = new AsyncLocalStorage();
  const server = await served(t);
  const seen = [];
  const client = Client.openstack(server.url, {
    tokenRefresher: () => {
      seen.push(storage.getStore());
      return "good";
    },
  });
  t.after(() => client.close());
  const error = await storage.run("flow", () => failure(new openstack.Compute(client).server("s")));
  assert.equal(error.status, 404);
  assert.deepEqual(seen, ["flow"]);
});

test("only clients with hooks or a refresher keep the context of calls", async (t) => {
  let contexts = 0;
  const hook = createHook({
    init(_, type) {
      if (type === "REQTRAIL_CALL") contexts++;
    },
  }).enable();
  t.after(() => hook.disable());
  const { client } = await both(t, { token: "good" });
  await client.get("/private");
  assert.equal(contexts, 0);
  const { client: other } = await both(t, { token: "good", tokenRefresher: () => "good" });
  await other.get("/private");
  assert.equal(contexts, 1);
});

/** Checks the errors of two calls with a refresher that throws: one got a 401, the other has no credential. */
async function refused(t, thrown) {
  const tokenRefresher = async () => {
    throw thrown;
  };
  const errors = [];
  for (const token of ["bad", undefined]) {
    const { server, client } = await both(t, { token, tokenRefresher });
    errors.push(await failure(client.get("/private")));
    assert.equal(server.seen.length, token === undefined ? 0 : 1);
  }
  const [met, none] = errors;
  // The 401 stays the error; its cause is why there is no new token.
  assert.ok(met instanceof AuthenticationError, String(met));
  assert.deepEqual([met.status, met.cause], [401, thrown]);
  assert.equal(none.cause, thrown);
  assert.equal(none.trail.attempts.length, 0);
  assert.deepEqual([none.status, none.requestId], [null, null]);
  assert.equal(none.trail.outcome, none.kind);
  assert.match(none.message, /and the token refresher failed: .*; nothing was sent/);
  return none;
}

test("the error of a refresher's own call decides the error of the call", async (t) => {
  const { client } = await both(t, { dialect: "novavms", maxAttempts: 1 });
  const busy = await failure(client.get("/busy"));
  assert.ok(busy.requestId !== null);
  for (const thrown of [busy, new Error("the vault is shut", { cause: busy })]) {
    const error = await refused(t, thrown);
    assert.ok(error instanceof UnavailableError, inspect(error));
    assert.deepEqual([error.kind, error.category], ["api", "unavailable"]);
    const what = `503 service_unavailable (request ID ${busy.requestId})`;
    assert.ok(error.message.includes(what), error.message);
    assert.equal(error.message.includes("the vault is shut"), thrown !== busy);
  }

  const missing = await failure(client.get("/missing"));
  const said = `404 not_found: no such camera (request ID ${missing.requestId})`;
  const lost = await refused(t, missing);
  assert.deepEqual([lost.kind, lost.category], ["api", "not_found"]);
  assert.ok(lost.message.includes(said), lost.message);

  const down = new Client("http://127.0.0.1:1", { maxAttempts: 1 });
  const unreached = await failure(down.get("/token"));
  await down.close();
  const error = await refused(t, unreached);
  assert.ok(error instanceof ConnectError, inspect(error));
  assert.deepEqual([error.kind, error.category], ["connect", null]);
  assert.ok(error.message.includes(`connect: ${unreached.reason}`.slice(0, 60)), error.message);

  const given = await failure(client.get("/ok", { signal: AbortSignal.abort() }));
  assert.ok((await refused(t, given)) instanceof CancelledError);

  const own = new AuthenticationError("no more tokens", {
    ...{ kind: "api", category: "authentication", requestId: "req-own" },
  });
  const reported = await refused(t, own);
  assert.ok(
    reported.message.includes("api: no more tokens (request ID req-own)"),
    reported.message,
  );
});

test("the error of the call has the text of any other thrown value", async (t) => {
  const circle = new Error("round");
  circle.cause = circle;
  const refusing = () => {
    throw new Error("no");
  };
  const fetched = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
  const odd = Object.defineProperty(new Error(), "message", { get: refusing });
  for (const [thrown, text] of [
    [new RangeError("no token is left"), "RangeError: no token is left"],
    [fetched, "TypeError: fetch failed: Error: connect ECONNREFUSED"],
    [new DOMException("too late", "TimeoutError"), "TimeoutError: too late"],
    [new RangeError(), "RangeError"],
    ["the vault is shut", "the vault is shut"],
    [new Error("two\nlines"), "Error: two"],
    [circle, "Error: round;"],
    [{ token: "s3cr3t" }, "it threw an object (Object)"],
    [new Error("shut", { cause: { token: "s3cr3t" } }), "Error: shut;"],
    [Object.assign(new Error("odd"), { name: 7 }), "odd"],
    [odd, "it threw a value that cannot be shown"],
    [new Proxy({}, { getPrototypeOf: refusing }), "it threw a value that cannot be shown"],
    [undefined, "it threw undefined"],
    [Symbol("odd"), "it threw a symbol"],
  ]) {
    const error = await refused(t, thrown);
    assert.ok(error instanceof AuthenticationError, String(error));
    assert.deepEqual([error.kind, error.category], ["api", "authentication"]);
    assert.ok(error.message.includes(`the token refresher failed: ${text}`), error.message);
    assert.ok(!error.message.includes("s3cr3t") && !error.message.includes("\n"), error.message);
  }
});

test("the error of a value that is not a token says so", async (t) => {
  const { client } = await both(t, { tokenRefresher: () => 731 });
  const { name, message, cause } = await failure(client.get("/private"));
  assert.equal(name, "AuthenticationError");
  assert.ok(cause instanceof TypeError);
  assert.match(message, /tokenRefresher's token: expected a string or a Secret, not a number/);
  assert.ok(!message.includes("731"));
});

const REFUSED =
  /the token refresher calls through the client that it serves; expected a separate client/;

/** Checks that a call was refused at once. A call that waited for itself would end at its timeout. */
function isRefused(error, attempts) {
  assert.match(`${error.message}\n${error.cause?.message}`, REFUSED);
  assert.equal(error.category, "authentication");
  assert.equal(error.trail.attempts.length, attempts);
}

test("a refresher that would wait for itself is refused at once", async (t) => {
  const ways = {
    get: (client) => client.get("/private"),
    blob: (client) => client.post("/private", { body: new Blob(["a"]) }),
    read: (client) => new openstack.Compute(client).server("s"),
    later: async (client) => {
      await new Promise(setImmediate);
      return client.get("/private");
    },
    // A thenable, whose work begins when it is awaited.
    lazy: (client) => ({
      then: (...how) => client.get("/private").then(...how),
    }),
  };
  const server = await served(t);
  for (const [way, call] of Object.entries(ways)) {
    // The server does not refuse this read with a 401.
    for (const token of way === "read" ? [undefined] : [undefined, "bad"]) {
      const inner = [];
      const client = Client.openstack(server.url, {
        token,
        tokenRefresher: async () => {
          try {
            await call(client);
          } catch (error) {
            inner.push(error);
            throw error;
          }
          return "never";
        },
      });
      t.after(() => client.close());
      // OpenStack sends no bearer token, so the server refuses every token.
      const error = await failure(client.get("/private"));
      assert.equal(error.category, "authentication", way);
      assert.equal(error.trail.attempts.length, token === undefined ? 0 : 1, way);
      assert.equal(inner.length, 1, way);
      isRefused(inner[0], token === undefined ? 0 : 1);
    }
  }
});

test("refreshers that would wait for each other are refused", async (t) => {
  const server = await served(t);
  const inner = [];
  const clients = [0, 1].map(
    (at) =>
      new Client(server.url, {
        tokenRefresher: async () => {
          await clients[1 - at].get("/private").catch((error) => {
            inner.push(error);
            throw error;
          });
          return "never";
        },
      }),
  );
  t.after(() => Promise.all(clients.map((client) => client.close())));
  const error = await failure(clients[0].get("/private"));
  assert.equal(error.category, "authentication");
  // The innermost call is the first client's again.
  isRefused(inner[0], 0);
  assert.equal(inner.length, 2);
});

test("a refresher may make calls that do not wait for it", async (t) => {
  const server = await served(t);
  const other = new Client(server.url, { token: "bad", tokenRefresher: () => "good" });
  let later;
  const client = new Client(server.url, {
    tokenRefresher: async () => {
      await other.get("/private");
      // This call sends its own credential.
      await client.get("/private", { headers: { Authorization: "Bearer good" } });
      // Work that it leaves behind may use the client once the refresher has ended.
      later ??= new AsyncResource("PROGRAM");
      return "good";
    },
  });
  t.after(() => Promise.all([client.close(), other.close()]));
  assert.equal((await client.get("/private")).status, 200);
  client.setToken("bad");
  const again = await later.runInAsyncScope(() => client.get("/private"));
  assert.deepEqual(
    again.trail.attempts.map(({ status }) => status),
    [401, 200],
  );
});

test("other calls wait for a refresh whose own call is refused", async (t) => {
  const server = await served(t);
  let go;
  const gone = new Promise((resolve) => (go = resolve));
  let asked;
  const begins = new Promise((resolve) => (asked = resolve));
  let inner;
  const client = new Client(server.url, {
    tokenRefresher: async () => {
      asked();
      await gone;
      inner = await failure(client.get("/private"));
      return "good";
    },
  });
  t.after(() => client.close());
  const first = client.get("/private");
  await begins;
  const second = client.get("/private");
  go();
  assert.deepEqual([(await first).status, (await second).status], [200, 200]);
  isRefused(inner, 0);
});
