// CommonJS, which has its own entry and its own declarations.

import reqtrail = require("reqtrail");
import { type Client, NotFoundError, type Trail } from "reqtrail";
import testing = require("reqtrail/testing");

async function main(): Promise<void> {
  const client = new reqtrail.Client("https://api.example", {
    dialect: { name: "acme", codes: { TOO_FAST: { category: "rate_limited", retry: "always" } } },
  });
  const again: Client = client;
  const response: reqtrail.Response = await again.get("/a/{b}", { params: { b: true } });
  const trail: Trail = response.trail;
  const error = new NotFoundError("text");
  const category: "not_found" = error.category;
  console.log(trail.report(), category);
  const mock: testing.Mock = new testing.Mock();
  const replies: testing.Replies = mock.get("/a/{b}").replies(200);
  const mocked: Client = mock.client();
  console.log(replies, mocked);
  new reqtrail.Client("https://api.example", {
    // @ts-expect-error no such category
    dialect: { name: "acme", codes: { A: { category: "slow" } } },
  });
}

void main();
