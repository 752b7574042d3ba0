/** The environment variables of Node that concern TLS. */

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

let extra: string | undefined;
let warned = false;

/**
 * Returns the certificates of `NODE_EXTRA_CA_CERTS`, in PEM; `""` for none. As in Node, the file is read once, and a
 * file that cannot be used causes a warning.
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
    if (found.length === 0) ignored(path, "it has no certificate");
    else if (usable.length < found.length) ignored(path, "it has a certificate that is not valid");
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

/** Warns once that `NODE_TLS_REJECT_UNAUTHORIZED=0`, which programs set for other clients, has no effect here. */
export function warnOfUnverified(): void {
  if (warned || process.env["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0") return;
  warned = true;
  warn(
    "NODE_TLS_REJECT_UNAUTHORIZED has no effect on reqtrail, which still verifies certificates; trust a certificate with the option extraCa or NODE_EXTRA_CA_CERTS, or turn verification off for one client with dangerAcceptInvalidCerts",
  );
}

/** Emits a warning about the environment. */
export function warn(text: string): void {
  process.emitWarning(text, "Warning", "REQTRAIL_ENVIRONMENT");
}
