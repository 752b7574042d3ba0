// The API that the examples call: a little NovaVMS on loopback, which is busy now and then.

import { createServer } from "node:http";

/** Starts the server; returns its URL and a function that ends it. */
export async function startServer() {
  let requests = 0;
  const server = createServer((request, response) => {
    const id = `req_${String(++requests).padStart(26, "0")}`;
    const answer = (status, body, headers = {}) => {
      response.writeHead(status, {
        "Content-Type": "application/json",
        "X-Request-Id": id,
        ...headers,
      });
      response.end(JSON.stringify(body));
    };
    request.resume();
    const [, , , what, camera] = request.url.split(/[/?]/);
    if (what === "cameras" && camera === "7" && requests === 1) {
      const error = { code: "service_unavailable", message: "try again", request_id: id };
      return answer(503, { error }, { "Retry-After": "0" });
    }
    if (what === "cameras" && camera === "slow") return;
    if (what === "cameras" && Number(camera) < 100)
      return answer(200, { id: camera, name: `camera ${camera}` });
    answer(404, { error: { code: "not_found", message: "no such camera", request_id: id } });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/api/v1`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
