import type { Clock, Timer } from '@ottla/platform';
import type { ConsumerPayloads } from './consumer-types.ts';
import type { Events } from './events.ts';

/** A kafkajs consumer that has nothing to fetch waits as long as a fetch may, and tells of it as of one: programs watch it by that. */
const SHORTEST_MS = 50;

export class IdleFetches {
  readonly #clock: Clock;
  readonly #events: Events<ConsumerPayloads>;
  readonly #idleNodes: () => readonly number[];
  readonly #everyMs: number;
  #waiting: readonly number[] = [];
  #timer: Timer | undefined;

  /** `idleNodes`: the brokers, while there is nothing to fetch of them. */
  constructor(clock: Clock, events: Events<ConsumerPayloads>, maxWaitMs: number, idleNodes: () => readonly number[]) {
    this.#clock = clock;
    this.#events = events;
    this.#everyMs = Math.max(SHORTEST_MS, maxWaitMs);
    this.#idleNodes = idleNodes;
  }

  start(): void {
    if (this.#timer === undefined) this.#turn();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#waiting = [];
  }

  #turn(): void {
    const duration = this.#everyMs;
    for (const nodeId of this.#waiting) this.#events.emit('consumer.fetch', { nodeId, numberOfBatches: 0, duration });
    this.#waiting = this.#idleNodes();
    for (const nodeId of this.#waiting) this.#events.emit('consumer.fetch_start', { nodeId });
    this.#timer = this.#clock.setTimer(duration, () => this.#turn());
  }
}
