/** Finds the native part: a package of its own for each platform, so that only one of them is installed. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Native } from "./native.js";
import { VERSION } from "./version.js";

/** The platforms that there are packages for. */
const PLATFORMS = "Linux with glibc on x64 and arm64";

/**
 * Loads the package of this platform. Each name stands in a `require` of its own, where bundlers and tracers of files find
 * it, and in a `try`, so that they pass over those that are not installed.
 *
 * Nothing is asked of the process that could take time: a report of it, which names the C library, would look up the name
 * of the peer of every open socket.
 */
/* eslint-disable @typescript-eslint/no-require-imports */
function load(): Native {
  switch (`${process.platform}-${process.arch}`) {
    case "linux-x64":
      try {
        return checked("reqtrail-linux-x64-gnu", require("reqtrail-linux-x64-gnu"));
      } catch (cause) {
        throw failed("reqtrail-linux-x64-gnu", cause);
      }
    case "linux-arm64":
      try {
        return checked("reqtrail-linux-arm64-gnu", require("reqtrail-linux-arm64-gnu"));
      } catch (cause) {
        throw failed("reqtrail-linux-arm64-gnu", cause);
      }
  }
  const here = `${process.platform}-${process.arch}`;
  throw new Error(`reqtrail has no native part for ${here}; there are packages for ${PLATFORMS}.`);
}
/* eslint-enable */

/** What is wrong with a native part that was found. */
class Unfit extends Error {}

function checked(name: string, loaded: unknown): Native {
  const native = loaded as Partial<Native> | null | undefined;
  if (typeof native?.version !== "function") {
    throw new Unfit(
      `reqtrail got something else in the place of its native part ${name}: a bundler has to copy the .node file as it is (esbuild: --loader:.node=copy), or to leave reqtrail out of the bundle. See "Bundlers" in the README of reqtrail.`,
    );
  }
  const version = native.version();
  if (version !== VERSION) {
    throw new Unfit(
      `reqtrail ${VERSION} found the native part ${name} ${version}: install both anew, so that their versions are the same.`,
    );
  }
  return native as Native;
}

function failed(name: string, cause: unknown): Error {
  if (cause instanceof Unfit) return new Error(cause.message);
  return new Error(why(name, cause), { cause });
}

function why(name: string, cause: unknown): string {
  const here = `${process.platform}-${process.arch}`;
  const code = (cause as { code?: unknown } | null | undefined)?.code;
  // Node adds the stack of requires on further lines.
  const [text] = (cause instanceof Error ? cause.message : String(cause)).split("\n", 1);
  if (isMusl()) {
    return `reqtrail has no native part for ${here} with musl; there are packages for ${PLATFORMS}.`;
  }
  // A library that was found and cannot be used is not one that was left behind.
  if (code !== "ERR_DLOPEN_FAILED" && isBundled()) {
    return `reqtrail was bundled without its native part: the bundle cannot load ${name} from where it runs (${text}). Leave reqtrail out of the bundle (esbuild: --external:reqtrail, rollup and webpack: externals) and install it beside the bundle, or let the bundler copy the .node file. See "Bundlers" in the README of reqtrail.`;
  }
  if (code === "MODULE_NOT_FOUND") {
    return `reqtrail has no native part for ${here} here: the package ${name} is not installed; install again without --omit=optional (or --no-optional), on the platform that it runs on, or see the README for the platforms that there are.`;
  }
  return `reqtrail cannot load its native part ${name} on ${here}: ${text}`;
}

/** Whether this code runs from somewhere else than its own package. */
function isBundled(): boolean {
  try {
    // Bundles that are ES modules have no `__dirname`, which throws, too.
    const text = readFileSync(join(__dirname, "..", "package.json"), "utf8");
    return (JSON.parse(text) as { name?: unknown }).name !== "reqtrail";
  } catch {
    return true;
  }
}

/** Whether the process runs on musl, by the loader that is in its memory. */
function isMusl(): boolean {
  try {
    return readFileSync("/proc/self/maps", "utf8").includes("/ld-musl-");
  } catch {
    return false;
  }
}

export const native: Native = load();
