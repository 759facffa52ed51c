/*
 * Where to read: committed offset, else the reset policy; and whether what is there is still what was read before
 * (KIP-320: after a leader change, ask the new leader where the epoch of the last record ended).
 */

import type { ExponentialBackoff } from '@ottla/common';
import { ErrorCode } from '@ottla/protocol';
import { KafkaError } from '../errors.ts';
import { operation } from '../network/operation.ts';
import { retryBackoff } from '../network/retry-backoff.ts';
import { OFFSET_FOR_LEADER_EPOCH } from './apis.ts';
import type { AssignedPartition, Need } from './assigned-partition.ts';
import { fetchCommitted } from './committed-offsets.ts';
import type { ConsumerContext } from './context.ts';
import { askLeaders, byLeaderOf, EARLIEST, LATEST } from './offset-lookup.ts';
import { resetPolicy } from './options.ts';
import { Stall } from './stall.ts';
import { groupByTopic, partitionName, type TopicPartition } from './topic-partition.ts';

/** Consumers may ask since version 3 (KIP-320). */
const EPOCHS_FROM = 3;

export class Positions {
  readonly #context: ConsumerContext;
  readonly #backoff: ExponentialBackoff;
  readonly #stall: Stall;
  #running: Promise<void> | undefined;
  #failures = 0;
  /** The application was told of a failure: nothing is tried before it reads again. */
  #isBlocked = false;

  constructor(context: ConsumerContext) {
    this.#context = context;
    this.#stall = new Stall(context.cluster, 'Finding a position to read from');
    this.#backoff = retryBackoff(context.cluster);
  }

  /** Finds what is missing. Resolves when nothing is, or nothing can be done about it. */
  update(): Promise<void> {
    if (this.#running === undefined && !this.#isBlocked && this.#waiting().length > 0) {
      this.#running = this.#run().finally(() => {
        this.#running = undefined;
      });
    }
    return this.#running ?? Promise.resolve();
  }

  /** The application reads: what failed gets another try. */
  unblock(): void {
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    void this.update();
  }

  #waiting(need?: Need): AssignedPartition[] {
    return Array.from(this.#context.state.partitions.values()).filter(
      (partition) =>
        partition.need !== 'nothing' && !partition.isHeld && (need === undefined || partition.need === need),
    );
  }

  async #run(): Promise<void> {
    const { closing, cluster } = this.#context;
    while (!closing.aborted && this.#waiting().length > 0) {
      try {
        const error = await this.#pass();
        this.#context.wake();
        if (error === undefined) {
          this.#failures = 0;
          this.#stall.over();
          continue;
        }
        const unknown = await this.#refresh();
        const told = this.#told(unknown ?? error);
        if (told !== undefined) throw told;
        await cluster.clock.sleep(this.#backoff.delayMs(this.#failures++), closing);
      } catch (error) {
        this.#isBlocked = true;
        if (!closing.aborted) this.#context.fail(error);
        return;
      }
    }
  }

  /** New metadata; why there is none. */
  async #refresh(): Promise<KafkaError | undefined> {
    const { closing, cluster } = this.#context;
    const topics = new Set(this.#waiting().map(({ topic }) => topic.name));
    return cluster.refresh([...topics], { signal: closing }).then(
      () => undefined,
      (thrown: unknown) => KafkaError.from(thrown),
    );
  }

  /** While other partitions can be read, what passes is not worth an error. */
  #told(error: KafkaError): KafkaError | undefined {
    const isStuck = Array.from(this.#context.state.partitions.values()).every(({ need }) => need !== 'nothing');
    if (isStuck || !error.retriable) return this.#stall.failed(error);
    this.#stall.over();
    return undefined;
  }

  /** One try for each partition; an error that was in the way, one that does not pass first. */
  async #pass(): Promise<KafkaError | undefined> {
    const committed = this.#waiting('committed');
    if (committed.length > 0) await this.#useCommitted(committed);
    const reset = this.#waiting('reset');
    const errors = [reset.length === 0 ? undefined : await this.#reset(reset)];
    const validation = this.#waiting('validation');
    if (validation.length > 0) errors.push(await this.#validate(validation));
    return errors.find((error) => error?.retriable === false) ?? errors.find((error) => error !== undefined);
  }

  async #useCommitted(partitions: readonly AssignedPartition[]): Promise<void> {
    const { cluster, settings, closing } = this.#context;
    const { group } = settings;
    if (group === undefined) {
      for (const partition of partitions) partition.need = 'reset';
      return;
    }
    const offsets = await operation(
      cluster,
      `Reading the committed offsets of group ${group}`,
      { signal: closing },
      (op) =>
        fetchCommitted(cluster, 'default', group, partitions.map(placeOf), settings.isolation === 'read_committed', op),
    );
    for (const partition of partitions) {
      if (partition.need !== 'committed' || partition.isEnded) continue;
      const committed = offsets.get(partition.name);
      if (committed === undefined) continue;
      if (committed === null) {
        partition.need = 'reset';
        continue;
      }
      const epoch = committed.leaderEpoch ?? -1;
      partition.seek(committed.offset, epoch);
      partition.committed = committed.offset;
      if (epoch >= 0) partition.need = 'validation';
    }
  }

  async #reset(partitions: readonly AssignedPartition[]): Promise<KafkaError | undefined> {
    const { cluster, settings, closing } = this.#context;
    const wanted = partitions.map((partition) => {
      const policy = partition.resetTo ?? resetPolicy(settings, partition.topic.name);
      if (policy === 'none') throw noOffset(partition, settings.group);
      const timestamp =
        policy === 'earliest' ? EARLIEST : policy === 'latest' ? LATEST : cluster.clock.wallMs() - policy.durationMs;
      return { ...placeOf(partition), timestamp };
    });
    const versions = new Map(partitions.map((partition) => [partition, partition.version]));
    const { found, error } = await askLeaders(cluster, wanted, settings.isolation, closing);
    const beyond: AssignedPartition[] = [];
    for (const { topic, partition: number, offset, leaderEpoch } of found) {
      const partition = partitions.find(({ name }) => name === partitionName(topic, number));
      if (partition?.need !== 'reset' || versions.get(partition) !== partition.version) continue;
      if (offset < 0) beyond.push(partition);
      else {
        partition.seek(offset, leaderEpoch);
        partition.leaderEpoch = cluster.metadata.partition(topic, number)?.leaderEpoch ?? -1;
      }
    }
    // No record is as young as that: from the end on.
    for (const partition of beyond) partition.resetTo = 'latest';
    return error;
  }

  async #validate(partitions: readonly AssignedPartition[]): Promise<KafkaError | undefined> {
    const { cluster } = this.#context;
    let error: KafkaError | undefined;
    const byLeader = byLeaderOf(cluster, partitions.map(placeOf), (_, missing) => {
      error = missing;
    });
    for (const [node, places] of byLeader) {
      try {
        error = (await this.#validateAt(node, places)) ?? error;
      } catch (failure) {
        const known = KafkaError.from(failure);
        if (known.code !== 'UNSUPPORTED_VERSION') error = known;
        else for (const place of places) this.#accept(this.#context.state.get(place));
      }
    }
    return error;
  }

  async #validateAt(node: number, places: readonly TopicPartition[]): Promise<KafkaError | undefined> {
    const { cluster, state, closing } = this.#context;
    const versions = new Map(places.map((place) => [state.get(place), state.get(place)?.version]));
    const epochOf = (topic: string, partition: number): number =>
      cluster.metadata.partition(topic, partition)?.leaderEpoch ?? -1;
    const answer = await cluster.request(
      OFFSET_FOR_LEADER_EPOCH,
      node,
      {
        replicaId: -1,
        topics: groupByTopic(places).map(({ topic, partitions }) => ({
          topic,
          partitions: partitions.map((partition) => ({
            partition,
            currentLeaderEpoch: epochOf(topic, partition),
            leaderEpoch: state.get({ topic, partition })?.positionEpoch ?? -1,
          })),
        })),
      },
      { signal: closing, minVersion: EPOCHS_FROM },
    );
    let error: KafkaError | undefined;
    for (const { topic, partitions } of answer.topics) {
      for (const { partition: number, errorCode, leaderEpoch, endOffset } of partitions) {
        const place = { topic, partition: number };
        const partition = state.get(place);
        if (partition?.need !== 'validation' || versions.get(partition) !== partition.version) continue;
        if (errorCode !== ErrorCode.NONE) error = KafkaError.ofCode(errorCode, null, { ...place, broker: node });
        else this.#compare(partition, leaderEpoch, Number(endOffset));
      }
    }
    return error;
  }

  #compare(partition: AssignedPartition, epoch: number, endOffset: number): void {
    const { cluster, settings } = this.#context;
    const isUnknown = endOffset < 0 || epoch < 0;
    if (!isUnknown && endOffset >= partition.position) {
      this.#accept(partition);
      return;
    }
    const { topic, partition: number, position, positionEpoch } = partition;
    const found = isUnknown
      ? 'the leader does not know that epoch'
      : `it ends at offset ${endOffset} of epoch ${epoch}`;
    const text = `The log of ${partition.name} was cut off below offset ${position} of epoch ${positionEpoch}: ${found}`;
    if (resetPolicy(settings, topic.name) === 'none') {
      throw new KafkaError('LOG_TRUNCATED', `${text}. Seek to where reading is to go on`, {
        topic: topic.name,
        partition: number,
      });
    }
    cluster.log.warn(text);
    if (isUnknown) {
      partition.seekToEnd(undefined);
    } else {
      partition.seek(endOffset, epoch);
      this.#accept(partition);
    }
  }

  #accept(partition: AssignedPartition | undefined): void {
    if (partition === undefined) return;
    partition.need = 'nothing';
    partition.leaderEpoch =
      this.#context.cluster.metadata.partition(partition.topic.name, partition.partition)?.leaderEpoch ?? -1;
  }
}

function placeOf({ topic, partition }: AssignedPartition): TopicPartition {
  return { topic: topic.name, partition };
}

function noOffset({ topic, partition, name }: AssignedPartition, group: string | undefined): KafkaError {
  const whose = group === undefined ? 'No offset was given' : `Group ${group} has no committed offset`;
  return new KafkaError('NO_OFFSET', `${whose} for partition ${name}, and onReset is none: seek, or choose a policy`, {
    topic: topic.name,
    partition,
  });
}
