/*
 * An idempotent producer (KIP-98, KIP-360): every batch of a partition has the next sequence, and is sent with the same one
 * until it is answered. Rounds of up to `inFlightMax` batches per partition are pipelined; after a round whatever has no
 * answer is sent again, in order. A broker that lost records in a power loss answers OUT_OF_ORDER_SEQUENCE_NUMBER to the
 * first batch without an answer: then the epoch is bumped, once all other partitions have their answers, and sequences start at 0 again.
 */
import type { Prng } from '@ottla/platform/simulated';
import { ErrorCode, errorName } from '@ottla/protocol';
import { incrementSequence } from '@ottla/protocol/records';
import { apis } from '../apis.ts';
import { modelOf, type SimulationContext } from '../context.ts';
import type { ProducerOptions } from '../simulation-options.ts';
import type { OutgoingBatch } from './batch.ts';
import { BatchSource } from './batch-source.ts';
import type { Client } from './client.ts';
import { acknowledged, isTryAgain, isUnknownOutcome, type ProduceOutcome, produce } from './produce-call.ts';

/** Batches of a partition that the broker can still recognise. */
const REMEMBERED = 5;

class Lane {
  nextSequence: number;
  /** Not answered yet, in sequence order. */
  open: OutgoingBatch[] = [];
  /** The newest acknowledged ones. */
  acked: OutgoingBatch[] = [];
  /** The broker does not know our last batch: only a new epoch helps. */
  needsEpoch = false;

  constructor(firstSequence: number) {
    this.nextSequence = firstSequence;
  }
}

/** Producer ids given out in a run: none may be given twice, whatever happens to the broker (R-unique of ProducerIdManager). */
export class ProducerIds {
  readonly #owners = new Map<number, string>();

  /** The owner it was given to before, when that is somebody. */
  take(id: number, owner: string): string | undefined {
    const before = this.#owners.get(id);
    this.#owners.set(id, owner);
    return before;
  }
}

export class IdempotentProducer {
  readonly #context: SimulationContext;
  readonly #client: Client;
  readonly #options: ProducerOptions;
  readonly #prng: Prng;
  readonly #source: BatchSource;
  readonly #ids: ProducerIds;
  readonly #lanes = new Map<string, Lane>();
  #identity: { id: number; epoch: number } | undefined;

  constructor(client: Client, options: ProducerOptions, prng: Prng, ids: ProducerIds) {
    this.#context = client.context;
    this.#client = client;
    this.#options = options;
    this.#prng = prng;
    this.#ids = ids;
    this.#source = new BatchSource(this.#context, client.name, options, prng, false);
  }

  async run(): Promise<void> {
    while (!this.#context.isDone && (this.#hasOpen() || !this.#source.isExhausted)) {
      await this.#client.sleep(this.#context.isSettling ? 1 : this.#prng.delay(0, this.#options.pauseMs));
      if (!(await this.#client.connected())) return;
      this.#identity ??= await this.#newIdentity();
      if (this.#identity === undefined) continue;
      if (!this.#hasOpen() && this.#prng.chance(this.#options.renewChance)) await this.#renew();
      const blocked = [...this.#lanes.values()].filter((lane) => lane.needsEpoch);
      if (blocked.length === 0) this.#takeBatches();
      else if ([...this.#lanes.values()].every((lane) => lane.needsEpoch || lane.open.length === 0)) {
        await this.#bumpEpoch();
        continue;
      }
      if (!(await this.#round())) await this.#client.sleep(20);
      if (this.#prng.chance(this.#options.resendChance)) await this.#resend();
    }
  }

  #hasOpen(): boolean {
    for (const lane of this.#lanes.values()) if (lane.open.length > 0) return true;
    return false;
  }

  #lane(batch: OutgoingBatch): Lane {
    const name = `${batch.topic}-${batch.partition}`;
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = new Lane(this.#options.firstSequence);
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  #takeBatches(): void {
    const wanted = this.#prng.between(1, this.#options.inFlightMax);
    for (let taken = 0; taken < wanted && !this.#source.isExhausted; taken++) {
      if ([...this.#lanes.values()].some((lane) => lane.open.length >= this.#options.inFlightMax)) return;
      const batch = this.#source.next(this.#client.platform.clock.wallMs());
      const lane = this.#lane(batch);
      batch.sequence = lane.nextSequence;
      lane.nextSequence = incrementSequence(lane.nextSequence, batch.records.length);
      lane.open.push(batch);
    }
  }

  /** Sends everything open, pipelined on one connection. False when something has to be sent again. */
  async #round(): Promise<boolean> {
    const lanes = [...this.#lanes.values()].filter((lane) => !lane.needsEpoch && lane.open.length > 0);
    const calls = lanes.map((lane) => {
      const batches = [...lane.open];
      return { lane, batches, outcomes: Promise.all(batches.map((batch) => this.#produce(batch))) };
    });
    let settled = true;
    for (const { lane, batches, outcomes } of calls) {
      if (!this.#settle(lane, batches, await outcomes)) settled = false;
    }
    return settled;
  }

  #produce(batch: OutgoingBatch): Promise<ProduceOutcome> {
    return produce(this.#client, batch, this.#options.acks, this.#options.codec, this.#identity);
  }

  #settle(lane: Lane, batches: readonly OutgoingBatch[], outcomes: readonly ProduceOutcome[]): boolean {
    let isFirst = true;
    for (const [index, batch] of batches.entries()) {
      const outcome = outcomes[index];
      if (outcome?.kind === 'answer' && this.#isAcked(outcome.error)) {
        acknowledged(this.#context, batch, outcome.baseOffset, outcome.life);
        lane.open = lane.open.filter((other) => other !== batch);
        lane.acked = [...lane.acked, batch].slice(-REMEMBERED);
        continue;
      }
      if (outcome?.kind === 'answer') this.#noteError(lane, batch, outcome.error, isFirst);
      isFirst = false;
    }
    return isFirst;
  }

  #isAcked(error: number): boolean {
    return error === ErrorCode.NONE || error === ErrorCode.DUPLICATE_SEQUENCE_NUMBER;
  }

  /** `isFirst`: every batch before it is acknowledged, so the broker has no reason to expect another one. */
  #noteError(lane: Lane, batch: OutgoingBatch, error: number, isFirst: boolean): void {
    if (isTryAgain(error, -1) || isUnknownOutcome(error)) return;
    const { verdict } = this.#context;
    const model = modelOf(this.#context, batch.topic, batch.partition);
    if (error !== ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER) {
      verdict.fail(
        'correctness',
        'unexpected-answer',
        `Produce to ${model.name} was answered with ${errorName(error)}`,
      );
    }
    if (!isFirst) return;
    const isForgotten = batch.firstLife < this.#context.host.life && lane.open.length > 1;
    // A snapshot has the last batch of a producer only. After a restart an older one that is in the log too cannot be
    // told from one that never arrived: Kafka's clients write it once more then.
    if (isForgotten) for (const { records } of lane.open) for (const { send } of records) send.mayRepeat = true;
    verdict.require(
      model.lossCount > 0 || isForgotten,
      'R12 producer-state',
      () =>
        `${model.name}: sequence ${batch.sequence} of producer ${this.#identity?.id} (${this.#client.name}) is out of order, although all before it are acknowledged and nothing was lost`,
    );
    lane.needsEpoch = true;
  }

  /** What was acknowledged is sent once more, as a retry that overtook its answer: it must be recognised. */
  async #resend(): Promise<void> {
    const lanes = [...this.#lanes.values()].filter((lane) => lane.open.length === 0 && lane.acked.length > 0);
    const lane = lanes[this.#prng.integer(lanes.length)];
    const batch = lane?.acked[this.#prng.integer(lane.acked.length)];
    if (batch === undefined || !(await this.#client.connected())) return;
    const outcome = await this.#produce(batch);
    if (outcome.kind !== 'answer' || !this.#isAcked(outcome.error) || outcome.baseOffset < 0) return;
    acknowledged(this.#context, batch, outcome.baseOffset, outcome.life);
  }

  /** As a producer that was started anew. */
  async #renew(): Promise<void> {
    const identity = await this.#newIdentity();
    if (identity === undefined) return;
    this.#identity = identity;
    this.#lanes.clear();
  }

  async #newIdentity(): Promise<{ id: number; epoch: number } | undefined> {
    const answer = await this.#client.ask(apis.initProducerId, { transactionalId: null, transactionTimeoutMs: 60_000 });
    if (answer === undefined || answer.errorCode !== ErrorCode.NONE) return undefined;
    const id = Number(answer.producerId);
    const before = this.#ids.take(id, this.#client.name);
    this.#context.verdict.require(
      before === undefined,
      'producer-id-unique',
      () => `Producer id ${id} was given to ${this.#client.name} and before to ${before}`,
    );
    return { id, epoch: answer.producerEpoch };
  }

  /** Kafka's clients raise the epoch on their own; a new id does as well. */
  async #bumpEpoch(): Promise<void> {
    const { id, epoch } = this.#identity ?? { id: -1, epoch: 0 };
    if (this.#prng.chance(0.5)) this.#identity = { id, epoch: epoch + 1 };
    else this.#identity = await this.#newIdentity();
    // Without an identity the next round asks again; the sequences start over either way.
    for (const lane of this.#lanes.values()) {
      lane.needsEpoch = false;
      lane.acked = [];
      lane.nextSequence = 0;
      for (const batch of lane.open) {
        batch.sequence = lane.nextSequence;
        lane.nextSequence = incrementSequence(lane.nextSequence, batch.records.length);
      }
    }
  }
}
