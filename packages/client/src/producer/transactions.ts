/**
 * The transactions of one producer (KIP-98, KIP-360, KIP-447, KIP-890). Rules:
 * - one at a time; records leave only within one, and, before the second part of KIP-890, only after the coordinator
 *   knows their partition;
 * - what failed makes the transaction abortable: nothing but `abort` works then; what fenced the producer is fatal;
 * - its end is asked for after the answers to all that joins it: what came later would join the next one;
 * - after a batch was lost the epoch is raised before the next transaction, so that its numbers cannot be taken for others.
 */
import type { GroupMetadata } from '../consumer/committed-offsets.ts';
import { closedError, KafkaError } from '../errors.ts';
import type { Cluster } from '../network/cluster.ts';
import { type Operation, operation } from '../network/operation.ts';
import type { CallOptions } from '../options.ts';
import type { TopicPartition } from '../records.ts';
import type { ProducerIdentity, ProducerIds } from './producer-id.ts';
import type { SendGate } from './sender.ts';
import { asTransactionError } from './transaction-errors.ts';
import { type OffsetToCommit, TransactionRequests } from './transaction-requests.ts';

type State = 'new' | 'ready' | 'open' | 'failed' | 'committing' | 'aborting' | 'fatal';

/** What a transaction asks of its producer. */
export interface TransactionHost {
  /** Sends what waits; resolves when all is settled. */
  flush(): Promise<void>;
  /** Fails what has not left; resolves when what has is settled. */
  drop(error: KafkaError): Promise<void>;
  wake(): void;
}

export class Transactions implements ProducerIds, SendGate {
  current: ProducerIdentity | undefined;
  readonly #cluster: Cluster;
  readonly #requests: TransactionRequests;
  readonly #host: TransactionHost;
  readonly #timeoutMs: number;
  #state: State = 'new';
  #error: KafkaError | undefined;
  /** KIP-890's second part: partitions and groups become part of it by being written to. */
  #isImplicit = false;
  /** Something is part of the transaction, so that the coordinator has to end it. */
  #isBegun = false;
  #needsNewEpoch = false;
  readonly #added = new Set<string>();
  readonly #toAdd = new Map<string, TopicPartition>();
  #isAdding = false;
  /** What is being made a part of the transaction: its end comes after it. */
  readonly #joining = new Set<Promise<void>>();

  constructor(cluster: Cluster, transactionalId: string, timeoutMs: number, host: TransactionHost) {
    this.#cluster = cluster;
    this.#host = host;
    this.#timeoutMs = timeoutMs;
    this.#requests = new TransactionRequests(cluster, transactionalId);
  }

  get failure(): KafkaError | undefined {
    return this.#state === 'fatal' ? this.#error : undefined;
  }

  get refusal(): KafkaError | undefined {
    return this.#state === 'failed' ? this.#error : undefined;
  }

  get produceVersionMax(): number {
    return this.#isImplicit ? 13 : 11;
  }

  start(): void {}

  /** A partition cannot raise the epoch by itself: the end of the transaction does. */
  renew(): void {
    this.#needsNewEpoch = true;
  }

  /** Throws when records must not be sent now. */
  assertOpen(): void {
    if (this.#state === 'open') return;
    if (this.#error !== undefined) throw this.#error;
    throw new KafkaError('ILLEGAL_STATE', 'A transactional producer sends within a transaction only: begin one');
  }

  mayLeave(topic: string, partition: number): boolean {
    if (this.#state !== 'open' && this.#state !== 'committing') return false;
    if (this.#isImplicit) {
      this.#isBegun = true;
      return true;
    }
    const key = `${topic}-${partition}`;
    if (this.#added.has(key)) return true;
    this.#toAdd.set(key, { topic, partition });
    if (!this.#isAdding) void this.#join(this.#addPartitions());
    return false;
  }

  failed(error: KafkaError): void {
    this.#needsNewEpoch = true;
    if (this.#state === 'open' || this.#state === 'committing') this.#fail(asTransactionError(error));
  }

  async begin(options: CallOptions): Promise<void> {
    if (this.#state === 'fatal' && this.#error !== undefined) throw this.#error;
    if (this.#state !== 'new' && this.#state !== 'ready')
      throw new KafkaError('ILLEGAL_STATE', 'The transaction before is not finished: commit or abort it first');
    const isNew = this.#state === 'new';
    this.#state = 'open';
    try {
      await this.#run('Beginning a transaction', options, async (op) => {
        if (isNew || this.current === undefined) {
          this.current = await this.#requests.init(op, this.#timeoutMs, undefined);
        }
        const versions = await this.#cluster.versions('any', { signal: op.signal });
        this.#isImplicit = versions.feature('transaction.version') >= 2;
      });
    } catch (error) {
      if (this.#state === 'open') this.#state = isNew ? 'new' : 'ready';
      throw error;
    }
  }

  async sendOffsets(offsets: readonly OffsetToCommit[], group: GroupMetadata, options: CallOptions): Promise<void> {
    this.assertOpen();
    if (offsets.length === 0) return;
    try {
      await this.#run('Sending offsets to the transaction', options, (op) => {
        this.#isBegun = true;
        return this.#join(
          this.#requests.commitOffsets(op, this.#identity(), offsets, group, this.#isImplicit, this.#assertGoing),
        );
      });
    } catch (thrown) {
      const error = KafkaError.from(thrown);
      this.#fail(error.fatal ? error : asTransactionError(error));
      throw this.#error ?? error;
    }
  }

  async commit(options: CallOptions): Promise<void> {
    if (this.#state !== 'committing') this.assertOpen();
    this.#state = 'committing';
    await this.#run('Committing a transaction', options, async (op) => {
      await op.wait(this.#host.flush());
      await this.#joined(op);
      if (this.#state !== 'committing') throw this.#error ?? closedError('transaction');
      await this.#end(op, true);
    });
  }

  /** Works in every state but a fatal one; without a transaction it does nothing. */
  async abort(options: CallOptions): Promise<void> {
    if (this.#state === 'new' || this.#state === 'ready') return;
    if (this.#state === 'fatal') throw this.#error ?? closedError('producer');
    this.#state = 'aborting';
    this.#toAdd.clear();
    await this.#run('Aborting a transaction', options, async (op) => {
      const dropped = new KafkaError('TRANSACTION_ABORTED', 'The transaction of the record was aborted');
      await op.wait(this.#host.drop(dropped));
      await this.#joined(op);
      await this.#end(op, false);
    });
  }

  async #end(op: Operation, committed: boolean): Promise<void> {
    if (this.#isBegun) {
      this.#isBegun = false;
      try {
        const next = await this.#requests.end(op, this.#identity(), committed, this.#isImplicit);
        // The new epoch begins with numbers of its own.
        if (next !== this.current && this.#isImplicit) this.#needsNewEpoch = false;
        this.current = next;
      } catch (error) {
        this.#isBegun = true;
        throw error;
      }
    }
    if (this.#needsNewEpoch) {
      this.current = await this.#requests.init(op, this.#timeoutMs, this.current);
      this.#needsNewEpoch = false;
    }
    this.#added.clear();
    this.#toAdd.clear();
    this.#error = undefined;
    this.#state = 'ready';
  }

  async #run(what: string, options: CallOptions, body: (op: Operation) => Promise<void>): Promise<void> {
    try {
      await operation(this.#cluster, what, options, body);
    } catch (thrown) {
      const error = KafkaError.from(thrown);
      if (error.fatal || error.abortable) this.#fail(error);
      throw error;
    }
  }

  #fail(error: KafkaError): void {
    if (this.#state === 'fatal') return;
    // The first error is the one that explains the others.
    if (error.fatal || this.#error === undefined) this.#error = error;
    this.#state = error.fatal ? 'fatal' : this.#state === 'aborting' ? 'aborting' : 'failed';
    this.#host.wake();
  }

  async #addPartitions(): Promise<void> {
    this.#isAdding = true;
    try {
      while (this.#toAdd.size > 0) {
        const partitions = [...this.#toAdd];
        this.#toAdd.clear();
        this.#isBegun = true;
        await operation(this.#cluster, 'Adding partitions to a transaction', {}, (op) =>
          this.#requests.addPartitions(
            op,
            this.#identity(),
            partitions.map(([, partition]) => partition),
            this.#assertGoing,
          ),
        );
        for (const [key] of partitions) this.#added.add(key);
      }
    } catch (thrown) {
      const error = KafkaError.from(thrown);
      const isOver = this.#state !== 'open' && this.#state !== 'committing';
      if (!isOver || error.fatal) this.#fail(error.fatal ? error : asTransactionError(error));
    }
    this.#isAdding = false;
    this.#host.wake();
  }

  readonly #assertGoing = (): void => {
    if (this.#state === 'open' || this.#state === 'committing') return;
    throw this.#error ?? new KafkaError('TRANSACTION_ABORTED', 'The transaction was aborted');
  };

  #join(work: Promise<void>): Promise<void> {
    const settled = work.then(
      () => {},
      () => {},
    );
    this.#joining.add(settled);
    void settled.then(() => this.#joining.delete(settled));
    return work;
  }

  async #joined(op: Operation): Promise<void> {
    await op.wait(Promise.all(this.#joining));
  }

  #identity(): ProducerIdentity {
    if (this.current === undefined) throw new KafkaError('ILLEGAL_STATE', 'The producer has no id yet');
    return this.current;
  }
}
