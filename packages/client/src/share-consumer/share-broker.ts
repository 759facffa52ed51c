/*
 * One broker, as a share consumer deals with it: one request at a time, each in its session. Rules:
 * - it fetches when the application waits and nothing acquired is left; acknowledgements travel with fetches;
 * - they leave by themselves when somebody waits for them (`flush`), or a moment after the first;
 * - an acknowledgement goes to the broker that delivered the record, in the session that it was acquired in: otherwise
 *   it fails, and the record comes again.
 */
import { type Deferred, deferred, type ExponentialBackoff } from '@ottla/common';
import type { Timer } from '@ottla/platform';
import { checkCode, KafkaError } from '../errors.ts';
import type { RequestOptions } from '../network/cluster.ts';
import { retryBackoff } from '../network/retry-backoff.ts';
import { Acknowledgements, type AcknowledgeType } from './acknowledgements.ts';
import { RENEW_FROM, SHARE_ACKNOWLEDGE, SHARE_FETCH, SHARE_MIN_VERSION } from './apis.ts';
import type { Acknowledged } from './options.ts';
import { acknowledgeAnswer, fetchAnswer, isPassing, type ShareAnswer } from './share-answers.ts';
import type { ShareContext } from './share-context.ts';
import type { ShareRecord } from './share-record.ts';
import { keyOf, type SharePartition, ShareSession } from './share-session.ts';

/** How long an acknowledgement may wait for a fetch to travel with. */
const LINGER_MS = 1_000;

interface Pending {
  readonly place: SharePartition;
  readonly acks: Acknowledgements;
  readonly records: Set<ShareRecord>;
}

export class ShareBroker {
  readonly node: number;
  /** Counts sessions: what was acquired in an older one is nobody's. */
  generation = 0;
  fetchedAtMs = Number.NEGATIVE_INFINITY;
  readonly #context: ShareContext;
  readonly #session = new ShareSession();
  readonly #backoff: ExponentialBackoff;
  #pending = new Map<string, Pending>();
  #busy: Promise<unknown> | undefined;
  #isFetching = false;
  #flushes: Deferred<void>[] = [];
  #linger: Timer | undefined;
  #isDue = false;
  /** Renewals that wait for their turn. */
  #urgent = 0;
  #failures = 0;
  #retryAtMs = 0;

  constructor(context: ShareContext, node: number) {
    this.#context = context;
    this.node = node;
    this.#backoff = retryBackoff(context.cluster);
  }

  get isFetching(): boolean {
    return this.#isFetching;
  }

  acknowledge(place: SharePartition, offset: number, type: AcknowledgeType, record?: ShareRecord): void {
    const key = keyOf(place);
    const pending = this.#pending.get(key) ?? { place, acks: new Acknowledgements(), records: new Set() };
    this.#pending.set(key, pending);
    pending.acks.set(offset, type);
    if (record !== undefined) pending.records.add(record);
    this.#linger ??= this.#context.cluster.clock.setTimer(LINGER_MS, () => {
      this.#isDue = true;
      this.#context.pump();
    });
  }

  /** Resolves when what is acknowledged by now was answered, or failed. */
  async flush(): Promise<void> {
    if (this.#pending.size === 0) {
      await this.#busy;
      return;
    }
    const done = deferred();
    this.#flushes.push(done);
    this.#isDue = true;
    this.#context.pump();
    await done.promise;
  }

  /** One request, if there is one to make. */
  pump(targets: readonly SharePartition[], wantsRecords: boolean): void {
    if (this.#busy !== undefined || this.#urgent > 0) return;
    const waitMs = this.#retryAtMs - this.#context.cluster.clock.monotonicMs();
    const isDue = this.#isDue && this.#pending.size > 0;
    if (!isDue && !(wantsRecords && targets.length > 0)) return;
    if (waitMs > 0) this.#context.pumpIn(waitMs);
    else if (wantsRecords && targets.length > 0) this.#start(this.#fetch(targets));
    else this.#start(this.#acknowledge());
  }

  /** Keeps a record locked; the new period in ms. Rejects with KafkaError. */
  async renew(place: SharePartition, record: ShareRecord): Promise<number> {
    this.#urgent++;
    while (this.#busy !== undefined) await this.#busy;
    this.#urgent--;
    const acks = new Acknowledgements();
    acks.set(record.offset, 'renew');
    const pending = new Map([[keyOf(place), { place, acks, records: new Set<ShareRecord>() }]]);
    let lockMs = 0;
    const work = this.#request(pending, async () => {
      const answer = await this.#sendAcknowledgements(pending, true);
      lockMs = answer.lockMs;
      return answer;
    });
    this.#start(work);
    const error = (await work).find((each) => each.error !== undefined)?.error;
    if (error !== undefined) throw error;
    return lockMs;
  }

  /** Ends the session: the broker releases what is acquired and not acknowledged. */
  async close(): Promise<void> {
    while (this.#busy !== undefined) await this.#busy;
    const pending = this.#take();
    const flushes = this.#flushes.splice(0);
    if (this.#session.isOpen) await this.#request(pending, () => this.#sendAcknowledgements(pending, false, true));
    else this.#report(pending, () => lostSession(this.node));
    this.generation++;
    for (const flush of flushes) flush.resolve();
  }

  #start(work: Promise<unknown>): void {
    const busy = work.finally(() => {
      if (this.#busy === busy) this.#busy = undefined;
      this.#context.wake();
    });
    this.#busy = busy;
  }

  /** What waits; it can't be said otherwise any more. */
  #take(): Map<string, Pending> {
    const pending = this.#pending;
    this.#pending = new Map();
    this.#linger?.cancel();
    this.#linger = undefined;
    this.#isDue = false;
    for (const { records } of pending.values()) for (const record of records) record.isSent = true;
    return pending;
  }

  async #acknowledge(): Promise<void> {
    const pending = this.#take();
    const flushes = this.#flushes.splice(0);
    if (this.#session.isOpen) await this.#request(pending, () => this.#sendAcknowledgements(pending, false));
    else this.#report(pending, () => lostSession(this.node));
    for (const flush of flushes) flush.resolve();
  }

  async #fetch(targets: readonly SharePartition[]): Promise<void> {
    const taken = this.#take();
    const flushes = this.#flushes.splice(0);
    // What waits while there is no session was acquired in one that is over.
    if (!this.#session.isOpen) this.#report(taken, () => lostSession(this.node));
    const pending = this.#session.isOpen ? taken : new Map<string, Pending>();
    this.#isFetching = true;
    this.fetchedAtMs = this.#context.cluster.clock.monotonicMs();
    await this.#request(pending, async () => {
      const answer = await this.#sendFetch(targets, pending);
      this.#context.acquired(this, answer);
      return answer;
    });
    this.#isFetching = false;
    for (const flush of flushes) flush.resolve();
  }

  /** Asks, and tells what became of the acknowledgements in the request. Never rejects. */
  async #request(
    pending: ReadonlyMap<string, Pending>,
    ask: () => Promise<ShareAnswer>,
  ): Promise<readonly Acknowledged[]> {
    const { cluster } = this.#context;
    try {
      const { refused, failures } = await ask();
      this.#failures = 0;
      for (const error of failures) this.#partitionFailed(error);
      return this.#report(pending, (key) => refused.get(key));
    } catch (thrown) {
      const error = KafkaError.from(thrown);
      this.#session.lost();
      this.generation++;
      this.#context.sessionLost(this);
      this.#retryAtMs = cluster.clock.monotonicMs() + this.#backoff.delayMs(this.#failures++);
      if (isPassing(error)) this.#context.outdated();
      else if (!SESSION_ERRORS.has(error.code)) this.#context.fail(error);
      return this.#report(pending, () => error);
    }
  }

  #partitionFailed(error: KafkaError): void {
    if (!isPassing(error)) {
      this.#context.fail(error);
      return;
    }
    this.#context.outdated();
    const { clock, options } = this.#context.cluster;
    this.#retryAtMs = clock.monotonicMs() + options.retryBackoffMs;
  }

  async #sendFetch(targets: readonly SharePartition[], pending: ReadonlyMap<string, Pending>): Promise<ShareAnswer> {
    const { cluster, settings } = this.#context;
    const session = this.#session.fetching(targets, pending);
    const answer = await cluster.request(
      SHARE_FETCH,
      this.node,
      (version) => ({
        ...this.#who,
        ...session,
        maxWaitMs: settings.fetchMaxWaitMs,
        minBytes: settings.fetchMinBytes,
        maxBytes: settings.fetchMaxBytes,
        maxRecords: settings.maxPollRecords,
        batchSize: settings.maxPollRecords,
        ...(version >= RENEW_FROM ? { shareAcquireMode: settings.acquireMode === 'record-limit' ? 1 : 0 } : {}),
      }),
      this.#options(settings.acquireMode === 'record-limit' ? RENEW_FROM : SHARE_MIN_VERSION, settings.fetchMaxWaitMs),
    );
    checkCode(answer.errorCode, answer.errorMessage, { broker: this.node });
    this.#session.answered();
    return fetchAnswer(cluster, this.node, answer);
  }

  async #sendAcknowledgements(
    pending: ReadonlyMap<string, Pending>,
    isRenewal: boolean,
    isLast = false,
  ): Promise<ShareAnswer> {
    const { cluster } = this.#context;
    const session = isLast ? this.#session.close(pending) : this.#session.acknowledge(pending);
    const body = { ...this.#who, ...session, ...(isRenewal ? { isRenewAck: true } : {}) };
    const options = this.#options(isRenewal ? RENEW_FROM : SHARE_MIN_VERSION, 0);
    const answer = await cluster.request(SHARE_ACKNOWLEDGE, this.node, body, options);
    checkCode(answer.errorCode, answer.errorMessage, { broker: this.node });
    if (!isLast) this.#session.answered();
    return acknowledgeAnswer(cluster, this.node, answer);
  }

  get #who(): { groupId: string; memberId: string } {
    return { groupId: this.#context.settings.group, memberId: this.#context.memberId };
  }

  #options(minVersion: number, waitMs: number): RequestOptions {
    const { cluster, connections } = this.#context;
    return { purpose: connections.fetch, minVersion, timeoutMs: cluster.options.requestTimeoutMs + waitMs };
  }

  #report(
    pending: ReadonlyMap<string, Pending>,
    errorOf: (key: string) => KafkaError | undefined,
  ): readonly Acknowledged[] {
    const results = Array.from(pending, ([key, { place, acks }]) => ({
      topic: place.topic,
      partition: place.partition,
      offsets: acks.offsets,
      error: errorOf(key),
    }));
    const told = results.filter(({ offsets }) => offsets.length > 0);
    if (told.length > 0) this.#context.acknowledged(told);
    return told;
  }
}

/** The next fetch begins a new session: nothing that the application can do. */
const SESSION_ERRORS: ReadonlySet<string> = new Set([
  'SHARE_SESSION_NOT_FOUND',
  'INVALID_SHARE_SESSION_EPOCH',
  'SHARE_SESSION_LIMIT_REACHED',
  'UNKNOWN_MEMBER_ID',
  'CLOSED',
]);

function lostSession(broker: number): KafkaError {
  const text = 'The session that the record was acquired in is over: it is delivered again';
  return new KafkaError('SHARE_SESSION_NOT_FOUND', text, { broker, retriable: false });
}
