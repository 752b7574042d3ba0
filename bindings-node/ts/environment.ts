/** What Node programs expect of the environment where TLS is concerned. */

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

let extra: string | undefined;
let warned = false;

/**
 * The certificates of `NODE_EXTRA_CA_CERTS`, in PEM; `""` for none. As Node does it, the file is read once, and one that
 * cannot be used is a warning.
 */
export function environmentCa(): string {
  return (extra ??= readExtra());
}

function readExtra(): string {
  const path = process.env["NODE_EXTRA_CA_CERTS"];
  if (path === undefined || path === "") return "";
  try {
    const found = readFileSync(path, "utf8").match(CERTIFICATE) ?? [];
    const usable = found.filter(isCertificate);
    if (found.length === 0) ignored(path, "there is no certificate in it");
    else if (usable.length < found.length) ignored(path, "a certificate in it is bad");
    return usable.join("\n");
  } catch (error) {
    ignored(path, error instanceof Error ? error.message : String(error));
    return "";
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function ignored(path: string, why: string): void {
  warn(`reqtrail cannot use all of NODE_EXTRA_CA_CERTS (${path}): ${why}`);
}

/** Says once that `NODE_TLS_REJECT_UNAUTHORIZED=0`, which programs set for other clients, changes nothing here. */
export function warnOfUnverified(): void {
  if (warned || process.env["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0") return;
  warned = true;
  warn(
    "NODE_TLS_REJECT_UNAUTHORIZED has no effect on reqtrail, which goes on verifying certificates; trust a certificate with the option extraCa or NODE_EXTRA_CA_CERTS, or turn verifying off for one client with dangerAcceptInvalidCerts",
  );
}

/** Warns of what the environment has changed, or has not. */
export function warn(text: string): void {
  process.emitWarning(text, "Warning", "REQTRAIL_ENVIRONMENT");
}
