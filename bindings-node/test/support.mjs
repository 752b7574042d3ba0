// What tests share: a server and a client that end with the test, and programs of their own.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import { Client } from "reqtrail";

import { serve } from "./server.mjs";

export async function served(t) {
  const server = await serve();
  t.after(() => server.stop());
  return server;
}

/** A server and a client of it. */
export async function both(t, options = {}) {
  const server = await served(t);
  const client = new Client(server.url, { baseDelayMs: 1, maxDelayMs: 2, ...options });
  t.after(() => client.close());
  return { server, client };
}

/** What a promise rejects with. */
export async function failure(promise) {
  return promise.then(
    () => {
      throw new Error("it did not fail");
    },
    (error) => error,
  );
}

/** Runs a program of the package's users, in the folder where it is installed. */
export async function run(code, { args = [], env = {}, type = "module", node = [] } = {}) {
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const flags = [...node, `--input-type=${type}`, "-e", code, "--", ...args];
  return spawned(process.execPath, flags, { cwd, env: { ...process.env, ...env } });
}

/** Runs a program, and gives how it ended. One that hangs is killed, long after any machine is done. */
export async function spawned(command, args, options) {
  const child = spawn(command, args, { ...options, timeout: 120_000, killSignal: "SIGKILL" });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const [code, signal] = await new Promise((resolve) =>
    child.on("close", (...how) => resolve(how)),
  );
  return { code, signal, stdout, stderr };
}
