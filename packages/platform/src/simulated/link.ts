import type { LinkFaults } from './network-faults.ts';

/** One direction between two nodes. */
export class Link {
  readonly from: string;
  readonly to: string;
  readonly faults: LinkFaults;
  #blocked = false;
  #waiters: (() => void)[] = [];

  constructor(from: string, to: string, faults: LinkFaults) {
    this.from = from;
    this.to = to;
    this.faults = faults;
  }

  /** Nothing passes: bytes wait, as they do in TCP's retransmissions; connection attempts time out. */
  get blocked(): boolean {
    return this.#blocked;
  }

  block(): void {
    this.#blocked = true;
  }

  open(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  /** Calls back once, when the link is opened. */
  whenOpen(waiter: () => void): void {
    this.#waiters.push(waiter);
  }
}
