/**
 * One shard's life under one leader epoch: loading, active, closed.
 *
 * Rule: an answer leaves when the high watermark of this leader epoch has passed everything the shard had appended when
 * the answer was made. That holds for reads too: they see the newest state, and wait until it is committed (KAFKA-20634
 * is what happens when a watermark of another epoch completes them). A failed append takes the state with it: the shard
 * is closed and the runtime loads a new one from the log.
 */
import type { Clock, Logger } from '@ottla/platform';
import { ErrorCode } from '@ottla/protocol';
import { BatchBuilder } from '@ottla/protocol/records';
import { coordinatorErrorOf } from './append-errors.ts';
import type { ReplicatedLog } from './replicated-log.ts';
import {
  CoordinatorError,
  type CoordinatorRecord,
  type CoordinatorShard,
  type Outcome,
  type Reply,
  type WriteResult,
} from './shard.ts';
import { ShardTimers } from './shard-timers.ts';

interface Parked {
  /** Answer when the high watermark reaches this offset. */
  readonly offset: number;
  readonly answer: () => void;
  readonly fail: (error: ErrorCode) => void;
}

export interface ShardHostOptions<Shard extends CoordinatorShard> {
  readonly log: ReplicatedLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Builds the shard; its timers act through `host.write`. */
  readonly build: (host: ShardHost<Shard>) => Shard;
  /** The shard's state can't be trusted any more (a failed append): load it anew. */
  readonly onLost: () => void;
}

export class ShardHost<Shard extends CoordinatorShard> {
  readonly log: ReplicatedLog;
  readonly timers: ShardTimers;
  readonly shard: Shard;
  readonly #options: ShardHostOptions<Shard>;
  readonly #parked: Parked[] = [];
  readonly #unsubscribe: () => void;
  #state: 'loading' | 'active' | 'closed' = 'loading';

  constructor(options: ShardHostOptions<Shard>) {
    this.#options = options;
    this.log = options.log;
    this.timers = new ShardTimers(options.clock);
    this.shard = options.build(this);
    this.#unsubscribe = this.log.onHighWatermark(() => this.#release());
  }

  get state(): 'loading' | 'active' | 'closed' {
    return this.#state;
  }

  activate(): void {
    if (this.#state !== 'loading') return;
    this.#state = 'active';
    this.shard.loaded();
  }

  /** Leadership went, or the state was lost: whoever waits is answered with `error`. Idempotent. */
  close(error: ErrorCode): void {
    if (this.#state === 'closed') return;
    const wasActive = this.#state === 'active';
    this.#state = 'closed';
    this.timers.close();
    this.#unsubscribe();
    for (const parked of this.#parked.splice(0)) parked.fail(error);
    if (wasActive) this.shard.unloaded();
  }

  /** Runs `operation` against the newest state; its records are applied at once and answered when committed. */
  write<Res>(operation: (shard: Shard) => WriteResult<Res>, reply: Reply<Res>): void {
    const refused = this.#refusal();
    if (refused !== undefined) return reply(refused);
    let result: WriteResult<Res>;
    try {
      result = operation(this.shard);
    } catch (error) {
      return reply(this.#refusedBy(error));
    }
    if (result.records.length > 0) {
      const error = this.#append(result);
      if (error !== ErrorCode.NONE) {
        result.whenFailed?.(error);
        return reply({ error, message: null });
      }
    }
    this.#park(result.response, reply, result.whenFailed);
    result.whenApplied?.();
  }

  /**
   * Runs `operation` at once on an active shard; it answers for itself, now or later. For soft state that no record
   * carries: who waits for a rebalance, whose heartbeat came.
   */
  act(operation: (shard: Shard) => void, refuse: (error: ErrorCode) => void): void {
    const refused = this.#refusal();
    if (refused !== undefined) refuse(refused.error);
    else operation(this.shard);
  }

  /** Runs `operation`, which changes nothing; its answer waits until what it saw is committed. */
  read<Res>(operation: (shard: Shard) => Res, reply: Reply<Res>): void {
    const refused = this.#refusal();
    if (refused !== undefined) return reply(refused);
    let response: Res;
    try {
      response = operation(this.shard);
    } catch (error) {
      return reply(this.#refusedBy(error));
    }
    this.#park(response, reply, undefined);
  }

  #refusal(): { readonly error: ErrorCode; readonly message: null } | undefined {
    if (this.#state === 'active') return undefined;
    return {
      error: this.#state === 'loading' ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : ErrorCode.NOT_COORDINATOR,
      message: null,
    };
  }

  #refusedBy(error: unknown): { readonly error: ErrorCode; readonly message: string | null } {
    if (error instanceof CoordinatorError) return { error: error.error, message: error.detail };
    this.#options.logger.error('An operation failed unexpectedly', error);
    return { error: ErrorCode.UNKNOWN_SERVER_ERROR, message: null };
  }

  #append<Res>(result: WriteResult<Res>): ErrorCode {
    const timestamp = this.#options.clock.wallMs();
    const builder = new BatchBuilder({ baseOffset: 0 });
    for (const record of result.records) builder.append(timestamp, record.key, record.value);
    const refused = this.log.append(builder.build(), (error) => {
      if (error !== ErrorCode.NONE) this.#lost(error);
    });
    if (refused !== ErrorCode.NONE) return coordinatorErrorOf(refused);
    const first = this.log.stagedEndOffset - result.records.length;
    result.records.forEach((record, index) => this.#apply(record, first + index, timestamp));
    return ErrorCode.NONE;
  }

  #apply(record: CoordinatorRecord, offset: number, timestamp: number): void {
    this.shard.replay(record, { offset, timestamp, producerId: -1, producerEpoch: -1 });
  }

  #park<Res>(response: Res, reply: Reply<Res>, whenFailed: ((error: ErrorCode) => void) | undefined): void {
    const offset = this.log.stagedEndOffset;
    const outcome: Outcome<Res> = { error: 0, response };
    if (this.#parked.length === 0 && this.log.highWatermark >= offset) return reply(outcome);
    this.#parked.push({
      offset,
      answer: () => reply(outcome),
      fail: (error) => {
        whenFailed?.(error);
        reply({ error, message: null });
      },
    });
  }

  #release(): void {
    const committed = this.log.highWatermark;
    let count = 0;
    while (count < this.#parked.length && (this.#parked[count]?.offset ?? 0) <= committed) count++;
    for (const parked of this.#parked.splice(0, count)) parked.answer();
  }

  #lost(error: ErrorCode): void {
    if (this.#state === 'closed') return;
    this.#options.logger.warn(`An append failed with error ${error}: the state is loaded anew from the log`);
    this.close(coordinatorErrorOf(error));
    this.#options.onLost();
  }
}
