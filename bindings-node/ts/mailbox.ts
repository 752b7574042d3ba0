/** Takes mail from the native half's mailboxes, in order, with one native call per batch. */

import type { Items } from "./crossing.js";

/** The codes of items. The code of a response is its status, which is greater than these. */
export const FAILED = 0;
/** The result of an operation or a sign-in. The codes below it are of events, which end nothing. */
export const OUTPUT = -1;
export const ATTEMPT = -2;
export const CALL = -3;
export const PROGRESS = -4;
export const REFRESH = -5;

/** What `drain` writes: the number of items, whether there are more, then the tag and the code of each item. */
const HEAD = 2;
const BATCH = 16;
const OUT = new Float64Array(HEAD + 2 * BATCH);

/** A mailbox of the native half. */
interface RawMailbox {
  drain(out: Float64Array): Items | null;
}

/** Gets an item, with the tag of its call and its code. */
export type Receiver = (tag: number, code: number, items: Items, index: number) => void;

/** Takes all mail of a mailbox. Throws what a receiver threw after that, because other calls wait for the rest. */
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
