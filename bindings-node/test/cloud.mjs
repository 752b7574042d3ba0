// A little OpenStack on loopback: Keystone, and a Cinder on which no volume fits.

import { createServer } from "node:http";

export const VOLUME = "f70f9d0a-c5dd-4cbb-b66c-86922993abef";
export const CREATED = "req-0fb4c369-c169-40ac-b4f5-a43035603157";
export const NO_BACKEND = "schedule allocate volume:Could not find any available weighted backend.";
export const PASSWORD = "hunter2";

const MESSAGE = {
  id: "m",
  event_id: "VOLUME_VOLUME_001_003",
  user_message: NO_BACKEND,
  message_level: "ERROR",
  request_id: CREATED,
  resource_uuid: VOLUME,
  created_at: "2026-11-21T21:00:00.000000",
};
const SERVICES = {
  compute: "/compute/v2.1",
  volumev3: "/volume/v3/p1",
  image: "/image/v2",
};

/**
 * Serves it until the test has ended. It has one volume, `data`, whose creation failed, and neither servers nor images.
 * `hangs` names a path without an answer, and `asks()` is the next request.
 */
export async function serveCloud(t, { hangs } = {}) {
  let asked;
  let last = 0;
  const server = createServer((request, response) => {
    const answer = (status, body, headers = {}) => {
      const id = `req-00000000-0000-4000-8000-${String(++last).padStart(12, "0")}`;
      response.writeHead(status, { "X-Openstack-Request-Id": id, ...headers });
      response.end(JSON.stringify(body));
    };
    request.resume();
    const here = `http://127.0.0.1:${server.address().port}`;
    const [path, query = ""] = request.url.split("?");
    if (request.method === "POST" && path.endsWith("/volumes")) {
      const volume = { id: VOLUME, name: "data", status: "creating" };
      return answer(202, { volume }, { "X-Openstack-Request-Id": CREATED });
    }
    if (request.method === "POST") {
      const catalog = Object.entries(SERVICES).map(([type, root]) => ({
        type,
        endpoints: [{ interface: "public", region_id: "RegionOne", url: here + root }],
      }));
      const token = { catalog, project: { id: "p1", name: "prod" } };
      return answer(201, { token }, { "X-Subject-Token": "gAAAAA-s3cr3t" });
    }
    asked?.();
    if (path === hangs) return;
    const volume = { id: VOLUME, name: "data", status: "error", size: 100 };
    switch (path) {
      case "/volume/v3/p1/volumes": {
        const wanted = !query.includes("name=") || query.includes("name=data");
        return answer(200, { volumes: wanted ? [volume] : [] });
      }
      case `/volume/v3/p1/volumes/${VOLUME}`:
        return answer(200, { volume });
      case "/volume/v3/p1/messages":
        return answer(200, { messages: [MESSAGE] });
      case "/compute/v2.1/servers":
        return answer(200, { servers: [] });
      case "/image/v2/images":
        return answer(200, { images: [] });
      default:
        answer(404, { itemNotFound: { code: 404, message: "nothing there" } });
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    asks: () => new Promise((resolve) => (asked = resolve)),
  };
}
