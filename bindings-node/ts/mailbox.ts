/** What the native half's mailboxes hold, and how it is taken: one call for a batch, in order. */

import type { Items } from "./crossing.js";

/** What an item is. A response is known by its status, which is greater. */
export const FAILED = 0;
/** What an operation or a sign-in gave. The next ones are of what has not ended. */
export const OUTPUT = -1;
export const ATTEMPT = -2;
export const CALL = -3;
export const PROGRESS = -4;
export const REFRESH = -5;

/** What `drain` writes: how much, whether there is more, then of each item its tag and what it is. */
const HEAD = 2;
const BATCH = 16;
const OUT = new Float64Array(HEAD + 2 * BATCH);

/** What is drained. */
interface RawMailbox {
  drain(out: Float64Array): Items | null;
}

/** Gets an item: the tag of its call, and what it is. */
export type Receiver = (tag: number, what: number, items: Items, index: number) => void;

/** Takes what waits in a mailbox. What a receiver throws is thrown when all is taken: the others wait for the rest. */
export function drain(raw: RawMailbox, receive: Receiver): void {
  const thrown: unknown[] = [];
  let items = raw.drain(OUT);
  while (items !== null) {
    const [count, more] = OUT as unknown as [number, number];
    for (let index = 0; index < count; index++) {
      try {
        receive(OUT[HEAD + 2 * index]!, OUT[HEAD + 2 * index + 1]!, items, index);
      } catch (error) {
        thrown.push(error);
      }
    }
    items = more === 0 ? null : raw.drain(OUT);
  }
  if (thrown.length > 0) throw thrown[0];
}
