// Every attempt and every failed call as a log line, with the request ID as a field: node examples/node/pino.mjs
//
// The channels get the calls of all clients of the program, also those of libraries; without subscribers they cost nothing.

import { subscribe } from "node:diagnostics_channel";

import { pino } from "pino";
import { Client } from "reqtrail";

import { startServer } from "./server.mjs";

const log = pino({ level: "debug", base: null });

subscribe("reqtrail:attempt", ({ call, attempt }) => {
  const { number, requestId, status, errorCode, failure, elapsedMs, waitMs } = attempt;
  log.debug(
    { callId: call.callId, requestId, status, errorCode, failure, elapsedMs, waitMs },
    `${attempt.method} ${call.path}, attempt ${number}`,
  );
});

subscribe("reqtrail:call", ({ trail }) => {
  // A trail is JSON without secrets.
  if (trail.outcome !== "ok")
    log.warn({ trail }, `${trail.method} ${trail.path} failed: ${trail.outcome}`);
});

const server = await startServer();
const client = Client.novavms(server.url, { token: "sk_test_example" });

await client.get("/cameras/{id}", { params: { id: 7 } });
try {
  await client.get("/cameras/{id}", { params: { id: 700 } });
} catch (error) {
  // The error itself has the trail too, and pino shows it.
  log.error(error);
}

await client.close();
server.stop();
