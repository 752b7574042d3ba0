/** The time of a mock, and who keeps it where it is. */

import type { Driver, MockBase } from "./driver.js";
import { Weak, hold, release } from "./keepalive.js";
import { native } from "./loader.js";
import type { RawMock } from "./native.js";
import { type Site, beginAt } from "./stacks.js";

/** Somebody waits for the time to move, or for calls to wait for it. */
interface Wait {
  readonly site: Site;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * The clock stands still during each turn of the event loop in which a call begins or something of one is heard of, so that
 * what a program does in one turn belongs to one moment. The next turn comes by the native half: a timer might be one that
 * a test moves by hand.
 */
export class Clock {
  readonly raw: RawMock;
  readonly #drivers = new Set<WeakRef<Driver>>();
  readonly #waits = new Map<number, Wait>();
  #nextWait = 1;
  /** What the next turn begins with. */
  #later: (() => void)[] = [];
  #isNotified = false;
  /** How many keep the time where it is for longer than a turn. */
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

  /** What a client stands on whose calls are to go by this clock. */
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

  /** Moves the time on by some milliseconds. */
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

  /** A turn of the native half's. */
  #turn(): void {
    this.#isNotified = false;
    const ended = this.raw.ended();
    const later = this.#later;
    if (ended.length + later.length === 0) {
      if (this.#kept === 0) this.raw.release();
      return;
    }
    // What goes on now is of this moment, too.
    this.#holdTurn();
    // A wait ends after those calls have ended that ended within its time, and a turn later than they.
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
