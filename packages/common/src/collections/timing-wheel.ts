import type { Clock, Timer } from '@ottla/platform';
import { BinaryHeap } from './binary-heap.ts';

/** The longest delay that a Clock takes. Farther deadlines wake the wheel early, which fires nothing. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export interface TimingWheelOptions {
  /** Width of a slot of the lowest wheel; deadlines are rounded up to it. Default 1, as Kafka's SystemTimer. */
  readonly tickMs?: number;
  /** Slots per wheel. Default 20, as Kafka's. */
  readonly wheelSize?: number;
}

/** A scheduled callback. */
export interface TimerTask {
  /** O(1). False when it has fired or was cancelled before. */
  cancel(): boolean;
  readonly isPending: boolean;
}

/** An entry of a circular list; the list's own sentinel is one too. */
class Entry implements TimerTask {
  /** In ticks since the clock's start. */
  readonly deadline: number;
  readonly fire: () => void;
  readonly #cancelled: () => void;
  slot: Slot | undefined;
  previous: Entry | undefined;
  next: Entry | undefined;

  constructor(deadline: number, fire: () => void, cancelled: () => void) {
    this.deadline = deadline;
    this.fire = fire;
    this.#cancelled = cancelled;
  }

  get isPending(): boolean {
    return this.slot !== undefined;
  }

  cancel(): boolean {
    if (this.slot === undefined) return false;
    this.slot.unlink(this);
    this.#cancelled();
    return true;
  }
}

/** A bucket: entries in order of arrival. */
class Slot {
  /** First tick the slot stands for, while it is queued. */
  expiration = -1;
  #head: Entry | undefined;
  #tail: Entry | undefined;

  get isEmpty(): boolean {
    return this.#head === undefined;
  }

  append(entry: Entry): void {
    entry.slot = this;
    entry.previous = this.#tail;
    entry.next = undefined;
    if (this.#tail === undefined) this.#head = entry;
    else this.#tail.next = entry;
    this.#tail = entry;
  }

  unlink(entry: Entry): void {
    if (entry.previous === undefined) this.#head = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.#tail = entry.previous;
    else entry.next.previous = entry.previous;
    entry.slot = undefined;
    entry.previous = undefined;
    entry.next = undefined;
  }

  shift(): Entry | undefined {
    const entry = this.#head;
    if (entry !== undefined) this.unlink(entry);
    return entry;
  }
}

/** One level: `slots.length` slots of `width` ticks each, from `start` on. */
class Level {
  readonly width: number;
  readonly span: number;
  readonly slots: Slot[];
  /** First tick of the slot that is current, a multiple of `width`. */
  start: number;
  overflow: Level | undefined;

  constructor(width: number, size: number, now: number) {
    this.width = width;
    this.span = width * size;
    this.slots = Array.from({ length: size }, () => new Slot());
    this.start = now - (now % width);
  }

  advance(tick: number): void {
    if (tick < this.start + this.width) return;
    this.start = tick - (tick % this.width);
    this.overflow?.advance(this.start);
  }
}

/**
 * Hierarchical timing wheels (Kafka's TimingWheel and SystemTimer): scheduling and cancelling cost O(1), whatever the
 * number of tasks, and one Clock timer drives them all. A task never fires before its delay has passed, and at most one
 * tick after it when the loop is free; never inside `schedule`. Tasks of one tick fire in no promised order.
 */
export class TimingWheel {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #wheelSize: number;
  readonly #lowest: Level;
  readonly #queue = new BinaryHeap<Slot>((a, b) => a.expiration - b.expiration);
  /** Tasks whose tick has come, fired in order by the timer. */
  #due = new Slot();
  readonly #onCancel = (): void => {
    this.#size--;
    if (this.#size === 0) this.#disarm();
  };
  #size = 0;
  #timer: Timer | undefined;
  #timerTick = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(clock: Clock, options: TimingWheelOptions = {}) {
    this.#clock = clock;
    this.#tickMs = options.tickMs ?? 1;
    this.#wheelSize = options.wheelSize ?? 20;
    this.#lowest = new Level(1, this.#wheelSize, this.#currentTick());
  }

  /** Tasks that have neither fired nor been cancelled. */
  get size(): number {
    return this.#size;
  }

  /** Calls `fire` once, not before `delayMs` (may be fractional, 0 or negative: as soon as the loop is free). */
  schedule(delayMs: number, fire: () => void): TimerTask {
    const deadlineMs = this.#clock.monotonicMs() + Math.max(delayMs, 0);
    const entry = new Entry(
      Math.min(Math.ceil(deadlineMs / this.#tickMs), Number.MAX_SAFE_INTEGER),
      fire,
      this.#onCancel,
    );
    if (this.#closed) return entry;
    this.#size++;
    // Up to the next slot that waits, no farther: a slot must be emptied before its level moves past it.
    this.#lowest.advance(Math.min(this.#currentTick(), this.#nextQueuedTick() - 1));
    this.#place(entry);
    this.#arm();
    return entry;
  }

  /** Drops every task; later `schedule` calls do nothing. */
  close(): void {
    this.#closed = true;
    this.#disarm();
    for (let slot = this.#queue.pop(); slot !== undefined; slot = this.#queue.pop()) {
      while (slot.shift() !== undefined);
    }
    while (this.#due.shift() !== undefined);
    this.#size = 0;
  }

  #currentTick(): number {
    return Math.floor(this.#clock.monotonicMs() / this.#tickMs);
  }

  #place(entry: Entry): void {
    let level = this.#lowest;
    if (entry.deadline < level.start + 1) {
      this.#due.append(entry);
      return;
    }
    while (entry.deadline >= level.start + level.span) {
      level.overflow ??= new Level(level.span, this.#wheelSize, level.start);
      level = level.overflow;
    }
    const position = Math.floor(entry.deadline / level.width);
    const slot = level.slots[position % this.#wheelSize];
    if (slot === undefined) return;
    slot.append(entry);
    const expiration = position * level.width;
    if (slot.expiration !== expiration) {
      slot.expiration = expiration;
      this.#queue.push(slot);
    }
  }

  #arm(): void {
    if (this.#size === 0) {
      this.#disarm();
      return;
    }
    const next = this.#due.isEmpty ? this.#nextQueuedTick() : 0;
    if (this.#timer !== undefined && this.#timerTick <= next) return;
    this.#disarm();
    const delayMs = Math.max(next * this.#tickMs - this.#clock.monotonicMs(), 0);
    this.#timerTick = next;
    this.#timer = this.#clock.setTimer(Math.min(delayMs, TIMER_MS_MAX), () => this.#expire());
  }

  #nextQueuedTick(): number {
    for (let slot = this.#queue.peek(); slot !== undefined; slot = this.#queue.peek()) {
      if (!slot.isEmpty) return slot.expiration;
      slot.expiration = -1;
      this.#queue.pop();
    }
    return Number.POSITIVE_INFINITY;
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerTick = Number.POSITIVE_INFINITY;
  }

  #expire(): void {
    this.#timer = undefined;
    this.#timerTick = Number.POSITIVE_INFINITY;
    const now = this.#currentTick();
    for (let slot = this.#queue.peek(); slot !== undefined && slot.expiration <= now; slot = this.#queue.peek()) {
      this.#queue.pop();
      // The clock moves to the slot's own tick, not to now, so that tasks of later slots keep their order.
      this.#lowest.advance(slot.expiration);
      slot.expiration = -1;
      for (let entry = slot.shift(); entry !== undefined; entry = slot.shift()) this.#place(entry);
    }
    this.#lowest.advance(now);
    this.#fireDue();
  }

  #fireDue(): void {
    // Only what is due now: a task that schedules itself with no delay must not hold the loop.
    const batch = this.#due;
    this.#due = new Slot();
    try {
      for (let entry = batch.shift(); entry !== undefined; entry = batch.shift()) {
        if (this.#closed) continue;
        this.#size--;
        entry.fire();
      }
    } finally {
      for (let entry = batch.shift(); entry !== undefined; entry = batch.shift()) this.#due.append(entry);
      if (!this.#closed) this.#arm();
    }
  }
}
