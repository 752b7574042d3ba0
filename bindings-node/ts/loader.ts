/** Finds the native part: a package of its own for each platform, so that only one of them is installed. */

import type { Native } from "./native.js";

/** What the package manager has to have installed here, as in `reqtrail-linux-x64-gnu`. */
export function platformPackage(): string {
  const { platform, arch } = process;
  let abi = "";
  if (platform === "linux") abi = isGlibc() ? "-gnu" : "-musl";
  if (platform === "win32") abi = "-msvc";
  return `reqtrail-${platform}-${arch}${abi}`;
}

function isGlibc(): boolean {
  const report = process.report?.getReport() as unknown as
    { header: { glibcVersionRuntime?: string } } | undefined;
  return report?.header.glibcVersionRuntime !== undefined;
}

function load(): Native {
  const name = platformPackage();
  let native: Native;
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    native = require(name) as Native;
  } catch (cause) {
    throw new Error(missing(name, cause), { cause });
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const own = (require("../package.json") as { version: string }).version;
  if (native.version() !== own) {
    throw new Error(
      `reqtrail ${own} found the native part ${name} ${native.version()}: install both anew, so that their versions are the same.`,
    );
  }
  return native;
}

function missing(name: string, cause: unknown): string {
  const here = `${process.platform}-${process.arch}`;
  const code = (cause as { code?: unknown } | undefined)?.code;
  if (code === "MODULE_NOT_FOUND") {
    return `reqtrail has no native part for ${here} here: the package ${name} is not installed; install again without --omit=optional (or --no-optional), on the platform that it runs on, or see the README for the platforms that there are.`;
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return `reqtrail cannot load its native part ${name} on ${here}: ${why}`;
}

export const native: Native = load();
