/** How the admin client asks: the controller, the leaders of partitions, each broker; with retries where they may help. */
import { ErrorCode } from '@ottla/protocol';
import type { RpcApi } from '@ottla/rpc';
import { byLeaderOf } from '../consumer/offset-lookup.ts';
import { partitionName } from '../consumer/topic-partition.ts';
import { KafkaError, type KafkaErrorDetails } from '../errors.ts';
import type { Cluster, Message, NodeTarget } from '../network/cluster.ts';
import type { Operation } from '../network/operation.ts';
import type { TopicPartition } from '../records.ts';

/** What came of each thing, by its name. */
export type Outcomes<T> = Map<string, T | KafkaError>;

export class Calls {
  readonly cluster: Cluster;
  readonly op: Operation;

  constructor(cluster: Cluster, op: Operation) {
    this.cluster = cluster;
    this.op = op;
  }

  /** `check` throws for what makes the whole answer worthless. */
  ask<Req extends object, Res>(
    api: RpcApi<Req, Res>,
    node: NodeTarget,
    message: Message<Req>,
    check: (answer: Res) => void = () => {},
    minVersion = 0,
  ): Promise<Res> {
    return this.op.retry(
      async () => {
        const answer = await this.cluster.request(api, node, message, { signal: this.op.signal, minVersion });
        check(answer);
        return answer;
      },
      // Another broker may be the controller now, or live at that address.
      () => this.cluster.refresh([], { signal: this.op.signal }).catch(() => {}),
    );
  }

  /** Asks the controller again when it is another one now. `codes`: all error codes of an answer. */
  controller<Req extends object, Res>(
    api: RpcApi<Req, Res>,
    message: Message<Req>,
    codes: (answer: Res) => readonly number[],
  ): Promise<Res> {
    return this.ask(api, 'controller', message, (answer) => {
      if (codes(answer).includes(ErrorCode.NOT_CONTROLLER)) throw KafkaError.ofCode(ErrorCode.NOT_CONTROLLER, null);
    });
  }

  /** All brokers of the cluster, asked anew. */
  async brokers(): Promise<number[]> {
    await this.op.retry(() => this.cluster.refresh([], { signal: this.op.signal }));
    return [...this.cluster.metadata.brokers.keys()].toSorted((a, b) => a - b);
  }

  /**
   * Asks the leader of each partition; what fails in a way that may pass is asked again after new metadata. `ask` gives
   * the outcomes by `topic-partition`.
   */
  async leaders<Place extends TopicPartition, T>(
    places: readonly Place[],
    ask: (node: number, places: readonly Place[]) => Promise<Outcomes<T>>,
  ): Promise<Outcomes<T>> {
    const outcomes: Outcomes<T> = new Map();
    let left = [...places];
    const refresh = (): Promise<void> =>
      this.cluster.refresh([...new Set(left.map(({ topic }) => topic))], { signal: this.op.signal });
    await this.op.retry(refresh);
    await this.op.retry(
      async () => {
        const asked = left;
        left = [];
        let last: KafkaError | undefined;
        const settle = (place: Place, outcome: T | KafkaError): void => {
          if (outcome instanceof KafkaError && outcome.retriable) {
            left.push(place);
            last = outcome;
          } else outcomes.set(partitionName(place.topic, place.partition), outcome);
        };
        const byLeader = byLeaderOf(this.cluster, asked, settle);
        await Promise.all(
          Array.from(byLeader, async ([node, list]) => {
            const answers = await ask(node, list).catch((error: unknown) => KafkaError.from(error));
            for (const place of list) {
              const answer =
                answers instanceof KafkaError ? answers : answers.get(partitionName(place.topic, place.partition));
              settle(place, answer ?? missing(place));
            }
          }),
        );
        if (last !== undefined) throw last;
      },
      () => refresh().catch(() => {}),
    );
    return outcomes;
  }
}

function missing({ topic, partition }: TopicPartition): KafkaError {
  return new KafkaError('MALFORMED_RESPONSE', `The answer lacks partition ${topic}-${partition}`, { topic, partition });
}

export function outcome<T>(
  code: number,
  message: string | null,
  details: KafkaErrorDetails,
  value: () => T,
): T | KafkaError {
  return code === ErrorCode.NONE ? value() : KafkaError.ofCode(code, message, details);
}

/** All that worked, or a rejection with the first error, which has the others in `failures` and the rest in `results`. */
export function settled<T>(outcomes: Outcomes<T>): Map<string, T> {
  const results = new Map<string, T>();
  const failures = new Map<string, KafkaError>();
  for (const [name, result] of outcomes) {
    if (result instanceof KafkaError) failures.set(name, result);
    else results.set(name, result);
  }
  const [first] = failures.values();
  if (first === undefined) return results;
  const { code, message, reason, retriable, topic, partition, broker } = first;
  throw new KafkaError(code, message, { reason, retriable, topic, partition, broker, cause: first, failures, results });
}
