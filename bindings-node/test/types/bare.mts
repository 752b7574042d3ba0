// A program with neither `@types/node` nor the `DOM` library.

import { ApiError, Client, type CallOptions, type Response, openstack } from "reqtrail";
import { Mock } from "reqtrail/testing";

const client: Client = new Client("https://api.example", { token: "sk_live_…" });
const options: CallOptions = { query: { limit: 10 }, timeoutMs: 1000 };
const response: Response = await client.get("/cameras/{id}", { params: { id: 7 }, ...options });
const type: string | null = response.headers.get("content-type");
const bytes: Uint8Array = response.bytes();
const started: Date = response.trail.startedAt;
declare const signal: {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
};
await client.get("/cameras", { signal });
// @ts-expect-error an unknown option
await client.get("/cameras", { timeout: 7 });
// @ts-expect-error the parameter is missing
await client.get("/cameras/{id}");
try {
  await new openstack.Compute(client).follow("id", response, { signal, deadlineMs: 5 });
} catch (error) {
  if (error instanceof ApiError) {
    const status: number = error.status;
    const id: string | null = error.headers.get("x-request-id");
    const [type, bytes, started]: unknown[] = [status, id];
  }
}
{
  await using own = new Client(response.trail.origin);
  await own.get("/");
}
const mock = new Mock();
mock.get("/cameras").replies(200, { body: new Uint8Array(1) });
const mocked: Client = mock.client();
const query: string[] | undefined = mock.requests[0]?.query.getAll("a");
const sent: string | null | undefined = mock.requests[0]?.headers.get("a");
const all: unknown[] = [mocked, query, sent];
const rest: unknown[] = [type, bytes, started];
