// Shared helpers: a server and a client that end with the test, and separate programs.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { Client } from "reqtrail";

import { serve } from "./server.mjs";

export async function served(t) {
  const server = await serve();
  t.after(() => server.stop());
  return server;
}

/** Starts a server and makes a client of it. */
export async function both(t, options = {}) {
  const server = await served(t);
  const client = new Client(server.url, { baseDelayMs: 1, maxDelayMs: 2, ...options });
  t.after(() => client.close());
  return { server, client };
}

export function hasOpenssl() {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Makes a key and its certificate. Returns their files and their folder, which is removed after the test. */
export function certificate(t) {
  const folder = mkdtempSync(path.join(tmpdir(), "reqtrail-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => path.join(folder, name));
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  const flags = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject];
  execFileSync("openssl", [...flags, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { folder, key, cert };
}

/** Returns what a promise rejects with. */
export async function failure(promise) {
  return promise.then(
    () => {
      throw new Error("it did not fail");
    },
    (error) => error,
  );
}

/** Runs a program that uses the package, in the folder where it is installed. */
export async function run(code, { args = [], env = {}, type = "module", node = [] } = {}) {
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const flags = [...node, `--input-type=${type}`, "-e", code, "--", ...args];
  return spawned(process.execPath, flags, { cwd, env: { ...process.env, ...env } });
}

/** Runs a program, and returns how it ended. Kills it if it hangs, after more time than any machine needs. */
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
