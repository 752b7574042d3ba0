// Many calls with one AbortController: the first failure ends the others, and each trail shows what its call had done by then.
// node examples/node/fan-out.mjs

import { CancelledError, Client } from "reqtrail";

import { startServer } from "./server.mjs";

const server = await startServer();
const client = Client.novavms(server.url, { token: "sk_test_example" });
const controller = new AbortController();
const { signal } = controller;

// `slow` never responds, and 700 does not exist.
const ids = ["1", "2", "slow", "700"];
const calls = ids.map(async (id) => {
  try {
    return await client.get("/cameras/{id}", { params: { id }, signal });
  } catch (error) {
    controller.abort(error);
    throw error;
  }
});

for (const [index, outcome] of (await Promise.allSettled(calls)).entries()) {
  const error = outcome.reason;
  if (outcome.status === "fulfilled") console.log(ids[index], "has", outcome.value.requestId);
  else if (error instanceof CancelledError)
    console.log(ids[index], "was cancelled:", error.cause.message);
  else console.log(ids[index], "failed:", error.requestId);
}

await client.close();
server.stop();
