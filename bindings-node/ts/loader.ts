/** Loads the native part. Each platform has its own package, so that only one of them is installed. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Native } from "./native.js";
import { VERSION } from "./version.js";

/** The platforms that have a package. */
const PLATFORMS = "Linux with glibc on x64 and arm64";

const HERE = `${process.platform}-${process.arch}`;

/** The package of this platform, if it has one. */
const NAME = `reqtrail-${HERE}-gnu`;

/**
 * Loads the package of this platform. Each name is in a separate `require`, where bundlers and file tracers find it,
 * and in a `try`, so that they skip those that are not installed.
 *
 * It asks the process nothing that could take time: a process report, which names the C library, would look up the name
 * of the peer of every open socket.
 */
function load(): unknown {
  try {
    switch (HERE) {
      case "linux-x64":
        return require("reqtrail-linux-x64-gnu");
      case "linux-arm64":
        return require("reqtrail-linux-arm64-gnu");
    }
  } catch (cause) {
    throw new Error(why(cause), { cause });
  }
  throw new Error(`reqtrail has no native part for ${HERE}; there are packages for ${PLATFORMS}.`);
}

function checked(loaded: unknown): Native {
  const native = loaded as Partial<Native> | null | undefined;
  if (typeof native?.version !== "function") {
    throw new Error(
      `reqtrail loaded something else instead of its native part ${NAME}: the bundler must copy the .node file unchanged (esbuild: --loader:.node=copy), or leave reqtrail out of the bundle. See "Bundlers" in the README of reqtrail.`,
    );
  }
  const version = native.version();
  if (version !== VERSION) {
    throw new Error(
      `reqtrail ${VERSION} found the native part ${NAME} ${version}: reinstall both, so that their versions match.`,
    );
  }
  return native as Native;
}

/** Returns the error text for a native part that cannot be loaded. */
function why(cause: unknown): string {
  const code = (cause as { code?: unknown } | null | undefined)?.code;
  // Omits the further lines, where Node adds the stack of requires.
  const [text] = (cause instanceof Error ? cause.message : String(cause)).split("\n", 1);
  if (isMusl()) {
    return `reqtrail has no native part for ${HERE} with musl; there are packages for ${PLATFORMS}.`;
  }
  // A library that was found but cannot be used is not missing from the bundle.
  if (code !== "ERR_DLOPEN_FAILED" && isBundled()) {
    return `reqtrail was bundled without its native part: the bundle cannot load ${NAME} from where it runs (${text}). Leave reqtrail out of the bundle (esbuild: --external:reqtrail, rollup and webpack: externals) and install it beside the bundle, or let the bundler copy the .node file. See "Bundlers" in the README of reqtrail.`;
  }
  if (code === "MODULE_NOT_FOUND") {
    return `reqtrail has no native part for ${HERE} here: the package ${NAME} is not installed; reinstall without --omit=optional (or --no-optional), on the platform that it runs on, or see the README for the supported platforms.`;
  }
  return `reqtrail cannot load its native part ${NAME} on ${HERE}: ${text}`;
}

/** Whether this code does not run from its own package. */
function isBundled(): boolean {
  try {
    // In bundles that are ES modules, `__dirname` throws.
    const text = readFileSync(join(__dirname, "..", "package.json"), "utf8");
    return (JSON.parse(text) as { name?: unknown }).name !== "reqtrail";
  } catch {
    return true;
  }
}

/** Whether the process runs on musl, judged by the loader in its memory. */
function isMusl(): boolean {
  try {
    return readFileSync("/proc/self/maps", "utf8").includes("/ld-musl-");
  } catch {
    return false;
  }
}

export const native: Native = checked(load());
