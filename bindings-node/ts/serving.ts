/**
 * Whose token refresher runs here: a call of one through the client that it serves would wait for itself, and is refused
 * where it would.
 */

import { AsyncLocalStorage } from "node:async_hooks";

/** One run of a refresher, which may be a part of another client's. */
interface Run {
  readonly client: object;
  readonly outer: Run | undefined;
  ended: boolean;
}

const RUNS = new AsyncLocalStorage<Run>();
let running = 0;

/** Runs the refresher of a client until it has given its token. */
export async function serving<T>(client: object, refresher: () => T): Promise<Awaited<T>> {
  const run: Run = { client, outer: RUNS.getStore(), ended: false };
  running++;
  try {
    // Awaited inside, too: what it gives may do its work only then.
    return await RUNS.run(run, async () => await refresher());
  } finally {
    // What it leaves behind may call through the client again.
    run.ended = true;
    // A storage in use makes every promise of the program a little slower on Node 20 and 22.
    if (--running === 0) RUNS.disable();
  }
}

/** Whether the refresher of a client runs here. */
export function serves(client: object): boolean {
  if (running === 0) return false;
  let run = RUNS.getStore();
  while (run !== undefined && (run.ended || run.client !== client)) run = run.outer;
  return run !== undefined;
}
