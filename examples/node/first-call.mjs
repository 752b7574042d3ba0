// A first call, a failure, and the request ID of each: node examples/node/first-call.mjs

import { Client, NotFoundError } from "reqtrail";

import { startServer } from "./server.mjs";

const server = await startServer();
const client = Client.novavms(server.url, { token: "sk_test_example" });

const response = await client.get("/cameras/{id}", { params: { id: 7 } });
console.log(response.json().name, response.requestId);
// The first attempt got a 503; the trail has its request ID too.
console.log(response.trail.requestIds);

try {
  await client.get("/cameras/{id}", { params: { id: 700 } });
} catch (error) {
  if (!(error instanceof NotFoundError)) throw error;
  console.log(error.code, error.requestId);
  console.log(error.trail.report());
}

await client.close();
server.stop();
