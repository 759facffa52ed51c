import type { SimulatedProcess } from './process.ts';

/** Something that will happen in a world. */
export class WorldEvent {
  readonly atMs: number;
  readonly tie: number;
  readonly sequence: number;
  /** Whose event it is: it is dropped when the process is gone, and waits while its node is frozen. */
  readonly owner: SimulatedProcess | undefined;
  readonly label: string;
  run: (() => void) | undefined;
  readonly #queue: EventQueue;

  constructor(
    queue: EventQueue,
    atMs: number,
    tie: number,
    sequence: number,
    owner: SimulatedProcess | undefined,
    label: string,
    run: () => void,
  ) {
    this.#queue = queue;
    this.atMs = atMs;
    this.tie = tie;
    this.sequence = sequence;
    this.owner = owner;
    this.label = label;
    this.run = run;
  }

  cancel(): void {
    if (this.run === undefined) return;
    this.run = undefined;
    this.#queue.cancelled();
  }
}

/** Cancelled events tolerated before the heap is rebuilt without them. */
const cancelledMax = 4096;

/** Events by time, then by a seeded tie-break, then by age: a binary heap. */
export class EventQueue {
  #heap: WorldEvent[] = [];
  #cancelled = 0;
  #sequence = 0;

  /** Events waiting, cancelled ones left out. */
  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  add(atMs: number, tie: number, owner: SimulatedProcess | undefined, label: string, run: () => void): WorldEvent {
    const event = new WorldEvent(this, atMs, tie, this.#sequence++, owner, label, run);
    this.#push(event);
    return event;
  }

  /** What waits, in no order, cancelled ones left out. */
  *waiting(): Generator<WorldEvent> {
    for (const event of this.#heap) if (event.run !== undefined) yield event;
  }

  /** The next event, still in the queue. */
  peek(): WorldEvent | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.run !== undefined) return first;
      this.#cancelled--;
      this.#removeFirst();
    }
    return undefined;
  }

  /** Takes the event `peek` returned. */
  take(): void {
    this.#removeFirst();
  }

  cancelled(): void {
    this.#cancelled++;
    if (this.#cancelled <= cancelledMax || this.#cancelled * 2 < this.#heap.length) return;
    const kept = this.#heap.filter((event) => event.run !== undefined);
    this.#heap = [];
    this.#cancelled = 0;
    for (const event of kept) this.#push(event);
  }

  #push(event: WorldEvent): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || !isBefore(event, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = event;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = heap[childIndex];
      if (child === undefined) break;
      const right = heap[childIndex + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        childIndex++;
      }
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = last;
  }
}

function isBefore(left: WorldEvent, right: WorldEvent): boolean {
  if (left.atMs !== right.atMs) return left.atMs < right.atMs;
  if (left.tie !== right.tie) return left.tie < right.tie;
  return left.sequence < right.sequence;
}
