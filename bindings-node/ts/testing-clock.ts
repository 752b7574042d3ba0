/** The clock of a mock, and what stops it. */

import type { Driver, MockBase } from "./driver.js";
import { Weak, hold, release } from "./keepalive.js";
import { native } from "./loader.js";
import type { RawMock } from "./native.js";
import { type Site, beginAt } from "./stacks.js";

/** A wait for the time to move, or for calls to wait for it. */
interface Wait {
  readonly site: Site;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * A mock's clock. It does not move during a turn of the event loop in which a call begins or mail arrives, so that
 * everything a program does in one turn belongs to one moment. The native half starts the next turn, because a test may
 * move timers by hand.
 */
export class Clock {
  readonly raw: RawMock;
  readonly #drivers = new Set<WeakRef<Driver>>();
  readonly #waits = new Map<number, Wait>();
  #nextWait = 1;
  /** Functions to call at the start of the next turn. */
  #later: (() => void)[] = [];
  #isNotified = false;
  /** The number of holds that last longer than a turn. */
  #kept = 0;

  constructor(seed: number, isManual: boolean) {
    // The native half holds this function for as long as the mock lives, so it must not hold the mock.
    const self = new WeakRef(this);
    const notify = (): void => {
      const clock = self.deref();
      if (clock !== undefined) clock.#turn();
    };
    this.raw = native.openMock(seed, isManual, notify, new Weak());
  }

  /** Makes the base of a client whose calls use this clock. */
  base(url: string): MockBase {
    return {
      url,
      mock: this.raw,
      weight: this.raw.clientWeight(),
      holdTurn: () => this.#holdTurn(),
      holdTime: () => this.#holdTime(),
      add: (driver) => this.#drivers.add(new WeakRef(driver)),
    };
  }

  /** Advances the time by some milliseconds. */
  advance(millis: number, site: Site): Promise<void> {
    return this.#wait(site, (number) => this.raw.advance(number, millis));
  }

  /** Waits until every call waits for the time. */
  untilWaiting(site: Site): Promise<void> {
    return this.#wait(site, (number) => this.raw.untilWaiting(number));
  }

  #wait(site: Site, start: (number: number) => void): Promise<void> {
    const number = this.#nextWait++;
    return new Promise((resolve, reject) => {
      const wait = { site, resolve, reject };
      this.#waits.set(number, wait);
      hold(wait);
      start(number);
    });
  }

  #holdTurn(): void {
    this.raw.hold();
    if (this.#isNotified) return;
    this.#isNotified = true;
    this.raw.notifyLater();
  }

  #holdTime(): () => void {
    this.#kept++;
    this.raw.hold();
    return () => {
      this.#kept--;
      this.#holdTurn();
    };
  }

  /** A turn that the native half starts. */
  #turn(): void {
    this.#isNotified = false;
    const ended = this.raw.ended();
    const later = this.#later;
    if (ended.length + later.length === 0) {
      if (this.#kept === 0) this.raw.release();
      return;
    }
    // The code that runs now belongs to this moment too.
    this.#holdTurn();
    // A wait ends one turn after the calls that end within its time.
    this.#later = ended.map(
      ({ number, failed }) =>
        () =>
          this.#end(number, failed),
    );
    if (ended.length > 0) this.#drain();
    for (const act of later) act();
  }

  #end(number: number, failed: string | undefined): void {
    const wait = this.#waits.get(number);
    if (wait === undefined) return;
    this.#waits.delete(number);
    release(wait);
    if (failed === undefined) {
      wait.resolve();
      return;
    }
    const error = new Error(failed);
    beginAt(error, wait.site);
    wait.reject(error);
  }

  #drain(): void {
    for (const ref of this.#drivers) {
      const driver = ref.deref();
      if (driver === undefined) this.#drivers.delete(ref);
      else driver.drain();
    }
  }
}
