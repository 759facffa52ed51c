import type { Coordination } from '@ottla/coordination';
import { PRODUCER_ID_BLOCK_SIZE } from '@ottla/coordination/cluster';
import { ErrorCode } from '@ottla/protocol';
import { claimProducerIdBlock } from './producer-id-block.task.ts';

/** A block is asked for when this share of the current one is used (RPCProducerIdManager.PidPrefetchThreshold). */
const PREFETCH_SHARE = 0.9;
/** Callers that may wait for a block at a time; more get COORDINATOR_LOAD_IN_PROGRESS, which clients try again. */
const WAITERS_MAX = 10_000;

export type ProducerIdReply = (result: { readonly error: ErrorCode; readonly producerId: number }) => void;

/** Producer ids that no other broker gives out: from blocks of 1000 of `/latest_producer_id_block` (ZkProducerIdManager). */
export class ProducerIdManager {
  readonly #brokerId: number;
  readonly #coordination: Coordination;
  #next = 0;
  #last = -1;
  #spare: { readonly first: number; readonly last: number } | undefined;
  #claiming = false;
  #waiters: ProducerIdReply[] = [];

  constructor(brokerId: number, coordination: Coordination) {
    this.#brokerId = brokerId;
    this.#coordination = coordination;
  }

  /** Calls back at once while the block lasts, else when the next one is there. */
  next(reply: ProducerIdReply): void {
    if (this.#next > this.#last && this.#spare !== undefined) {
      this.#next = this.#spare.first;
      this.#last = this.#spare.last;
      this.#spare = undefined;
    }
    if (this.#next <= this.#last) {
      const producerId = this.#next;
      this.#next++;
      if (this.#last - this.#next < PRODUCER_ID_BLOCK_SIZE * (1 - PREFETCH_SHARE) && this.#spare === undefined) {
        this.#claim();
      }
      reply({ error: ErrorCode.NONE, producerId });
      return;
    }
    if (this.#waiters.length >= WAITERS_MAX) {
      reply({ error: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, producerId: -1 });
      return;
    }
    this.#waiters.push(reply);
    this.#claim();
  }

  #claim(): void {
    if (this.#claiming) return;
    this.#claiming = true;
    void claimProducerIdBlock(this.#coordination, this.#brokerId).then((block) => {
      this.#claiming = false;
      if (block !== undefined) this.#spare = block;
      const waiters = this.#waiters;
      this.#waiters = [];
      for (const waiter of waiters) {
        if (block === undefined) waiter({ error: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, producerId: -1 });
        else this.next(waiter);
      }
    });
  }
}
