/**
 * Tracks the refresh for which a token refresher runs here: its calls that would wait for that refresh are refused.
 */

import { AsyncLocalStorage } from "node:async_hooks";

import type { RefreshRequest } from "./crossing.js";

/** One run of a refresher, which may be inside a run of another client's. */
interface Run {
  readonly refresh: RefreshRequest;
  readonly outer: Run | undefined;
  ended: boolean;
}

const RUNS = new AsyncLocalStorage<Run>();
let running = 0;

/** Runs a refresher until it has returned its token. */
export async function serving<T>(refresh: RefreshRequest, refresher: () => T): Promise<Awaited<T>> {
  const run: Run = { refresh, outer: RUNS.getStore(), ended: false };
  running++;
  try {
    // Awaited inside too: a thenable may do its work only then.
    return await RUNS.run(run, async () => await refresher());
  } finally {
    // Work that the refresher leaves behind may call through the client again.
    run.ended = true;
    // A storage in use makes every promise of the program a little slower on Node 20 and 22.
    if (--running === 0) RUNS.disable();
  }
}

/** Returns the refresh whose refresher runs here. */
export function served(): RefreshRequest | undefined {
  if (running === 0) return undefined;
  let run = RUNS.getStore();
  while (run?.ended === true) run = run.outer;
  return run?.refresh;
}
