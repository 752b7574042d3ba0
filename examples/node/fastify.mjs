// A service that calls an API: its own error answers name the request ID of the API's, so that whoever gets one can give
// it to support. node examples/node/fastify.mjs

import Fastify from "fastify";
import { ApiError, Client, ReqtrailError } from "reqtrail";

import { startServer } from "./server.mjs";

const api = await startServer();
const client = Client.novavms(api.url, { token: "sk_test_example", timeoutMs: 5_000 });

const app = Fastify();

app.get("/doors/:door/picture", async (request) => {
  const camera = await client.get("/cameras/{id}", { params: { id: request.params.door } });
  return camera.json();
});

app.setErrorHandler((error, request, reply) => {
  if (!(error instanceof ReqtrailError)) return reply.send(error);
  // The trail belongs in this service's log, the IDs in its answer.
  request.log.error(error);
  const status = error instanceof ApiError && error.status === 404 ? 404 : 502;
  return reply.code(status).send({
    error: error.code ?? error.kind,
    upstream_request_id: error.requestId,
    upstream_request_ids: error.requestIds,
    call_id: error.trail?.callId ?? null,
  });
});

app.addHook("onClose", () => client.close());

for (const door of ["7", "700"]) {
  const answer = await app.inject(`/doors/${door}/picture`);
  console.log(answer.statusCode, answer.body);
}

await app.close();
api.stop();
