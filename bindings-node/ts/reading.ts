/** A call whose body has to be read before it is sent. It is under way already: it may end while the body is read. */

import { clearTimeout, setTimeout } from "node:timers";

import type { BlobBody } from "./platform.js";

/** What a timer of Node's can wait for at most, in milliseconds. */
const LONGEST = 0x7fffffff;

/** Starts the call: with its body, or ended from the start. */
type Start = (body: Uint8Array, ended: boolean | undefined) => void;

export class Reading {
  #start: Start | undefined;
  readonly #failed: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param timeoutMs how long the call may take.
   * @param failed is told of what kept the body from being read.
   */
  constructor(blob: BlobBody, timeoutMs: number, start: Start, failed: (error: unknown) => void) {
    this.#start = start;
    this.#failed = failed;
    if (timeoutMs <= LONGEST) this.#timer = setTimeout(() => this.end(true), timeoutMs);
    void this.#read(blob);
  }

  /** Ends the call if its body is still being read; `late` if a time has run out. */
  end(late: boolean): void {
    this.#go(new Uint8Array(), late);
  }

  async #read(blob: BlobBody): Promise<void> {
    // Not before it is known to be under way, even if reading fails at once.
    await undefined;
    try {
      this.#go(new Uint8Array(await blob.arrayBuffer()), undefined);
    } catch (error) {
      if (this.#take() !== undefined) this.#failed(error);
    }
  }

  #go(body: Uint8Array, ended: boolean | undefined): void {
    const start = this.#take();
    try {
      start?.(body, ended);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Whoever comes first decides how it goes on. */
  #take(): Start | undefined {
    const start = this.#start;
    this.#start = undefined;
    clearTimeout(this.#timer);
    return start;
  }
}
