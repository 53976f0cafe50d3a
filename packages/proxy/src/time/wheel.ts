/**
 * Timeouts for many streams at the price of few timers: entries hang in slots, one tick serves a slot. Late by at most one tick, never
 * early. Adding, moving and cancelling are O(1) and allocate nothing.
 */
import type { Clock, Timer } from '@weft/base';

const SLOTS = 512;
/** Timeouts up to about five seconds are kept to 10 ms, longer ones to a second. */
const FINE_TICK_MS = 10;
const COARSE_TICK_MS = 1000;

/** Something that may time out; owned by whoever waits, armed and disarmed many times in its life. */
export class Deadline {
  readonly fire: () => void;
  /** @internal */
  next: Deadline | undefined = undefined;
  /** @internal */
  prev: Deadline | undefined = undefined;
  /** @internal Monotonic milliseconds; 0 while unarmed. */
  at = 0;
  /** @internal */
  ring: Ring | undefined = undefined;

  constructor(fire: () => void) {
    this.fire = fire;
  }

  get armed(): boolean {
    return this.ring !== undefined;
  }

  /** @hot Takes it off the wheel; nothing happens when it is not on it. */
  disarm(): void {
    this.ring?.remove(this);
  }
}

/** One wheel of equal slots; each slot is a circular list with a sentinel. */
class Ring {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #slots: Deadline[] = [];
  #count = 0;
  /** The tick up to which slots have been served. */
  #served = 0;
  readonly #around: (serve: () => void) => void;
  #timer: Timer | undefined = undefined;

  constructor(clock: Clock, tickMs: number, around: (serve: () => void) => void) {
    this.#around = around;
    this.#clock = clock;
    this.#tickMs = tickMs;
    for (let i = 0; i < SLOTS; i++) {
      const sentinel = new Deadline(() => undefined);
      sentinel.next = sentinel;
      sentinel.prev = sentinel;
      this.#slots.push(sentinel);
    }
  }

  /** @hot */
  add(entry: Deadline, now: number): void {
    if (this.#count === 0) this.#start(now);
    this.#count++;
    this.#link(entry);
  }

  /** @hot */
  remove(entry: Deadline): void {
    this.#unlink(entry);
    entry.ring = undefined;
    if (--this.#count === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
    }
  }

  #link(entry: Deadline): void {
    // Rounded up: an entry is served in the first tick at or after its time.
    const tick = Math.max(Math.ceil(entry.at / this.#tickMs), this.#served + 1);
    const sentinel = this.#slots[tick % SLOTS]!;
    const last = sentinel.prev!;
    entry.prev = last;
    entry.next = sentinel;
    last.next = entry;
    sentinel.prev = entry;
    entry.ring = this;
  }

  #unlink(entry: Deadline): void {
    entry.prev!.next = entry.next;
    entry.next!.prev = entry.prev;
    entry.prev = undefined;
    entry.next = undefined;
  }

  #start(now: number): void {
    this.#served = Math.floor(now / this.#tickMs);
    this.#timer = this.#clock.every(this.#tickMs, () => this.#around(this.#tick));
  }

  readonly #tick = (): void => {
    const current = Math.floor(this.#clock.monotonic() / this.#tickMs);
    // After a long pause of the process every slot is served once; each entry knows its own time.
    const from = Math.max(this.#served + 1, current - SLOTS + 1);
    for (let tick = from; tick <= current && this.#count > 0; tick++) {
      this.#served = tick;
      this.#serve(this.#slots[tick % SLOTS]!, current * this.#tickMs);
    }
    this.#served = Math.max(this.#served, current);
  };

  #serve(sentinel: Deadline, now: number): void {
    let entry = sentinel.next!;
    while (entry !== sentinel) {
      const next = entry.next!;
      if (entry.at <= now) {
        this.remove(entry);
        entry.fire();
        // Firing may have unlinked the neighbour: start over, the due ones are gone from the list.
        entry = next.ring === undefined && next !== sentinel ? sentinel.next! : next;
      } else entry = next;
    }
  }
}

/** The timeouts of one thread. */
export class TimerWheel {
  readonly #now: () => number;
  readonly #fine: Ring;
  readonly #coarse: Ring;

  /**
   * `around` runs a tick; whoever gathers writes wraps it. `now` is the time that timeouts count from, for who has read the clock already;
   * it may lag behind the clock, never lead.
   */
  constructor(
    clock: Clock,
    around: (serve: () => void) => void = (serve) => serve(),
    now: () => number = () => clock.monotonic(),
  ) {
    this.#now = now;
    this.#fine = new Ring(clock, FINE_TICK_MS, around);
    this.#coarse = new Ring(clock, COARSE_TICK_MS, around);
  }

  /** @hot Fires `entry` once, `ms` from now; an armed entry is moved. */
  arm(entry: Deadline, ms: number): void {
    entry.ring?.remove(entry);
    const now = this.#now();
    entry.at = now + ms;
    const ring = ms < FINE_TICK_MS * (SLOTS - 2) ? this.#fine : this.#coarse;
    ring.add(entry, now);
  }
}
