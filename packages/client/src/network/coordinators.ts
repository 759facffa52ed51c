/** Who coordinates which group or transactional id: asked for once, remembered until somebody says it is wrong. */
import { ErrorCode, type FindCoordinatorResponse } from '@ottla/protocol';
import { KafkaError } from '../errors.ts';
import { FIND_COORDINATOR } from './apis.ts';
import type { Cluster, CoordinatorKind } from './cluster.ts';
import type { Metadata } from './metadata.ts';
import { operation } from './operation.ts';

const KEY_TYPES: Readonly<Record<CoordinatorKind, number>> = { group: 0, transaction: 1, share: 2 };
/** From this version on one request may name several keys. */
const BATCHED_FROM = 4;

export class Coordinators {
  readonly #cluster: Cluster;
  readonly #metadata: Metadata;
  readonly #nodes = new Map<string, number>();
  readonly #asking = new Map<string, Promise<number>>();

  constructor(cluster: Cluster, metadata: Metadata) {
    this.#cluster = cluster;
    this.#metadata = metadata;
  }

  find(kind: CoordinatorKind, key: string, signal: AbortSignal | undefined): Promise<number> {
    const id = `${kind} ${key}`;
    const known = this.#nodes.get(id);
    if (known !== undefined && this.#metadata.brokers.has(known)) return Promise.resolve(known);
    const what = `Finding the coordinator of ${kind} ${key}`;
    return operation(this.#cluster, what, { signal }, (op) => op.retry(() => this.#ask(id, kind, key)));
  }

  forget(kind: CoordinatorKind, key: string): void {
    this.#nodes.delete(`${kind} ${key}`);
  }

  /** Callers at the same time share a request. */
  #ask(id: string, kind: CoordinatorKind, key: string): Promise<number> {
    const asking = this.#asking.get(id);
    if (asking !== undefined) return asking;
    const request = this.#request(id, kind, key).finally(() => this.#asking.delete(id));
    this.#asking.set(id, request);
    return request;
  }

  async #request(id: string, kind: CoordinatorKind, key: string): Promise<number> {
    const keyType = KEY_TYPES[kind];
    const answer = await this.#cluster.request(FIND_COORDINATOR, 'any', (version) =>
      version >= BATCHED_FROM ? { keyType, coordinatorKeys: [key] } : version >= 1 ? { keyType, key } : { key },
    );
    const found = coordinatorIn(answer, key);
    if (found.errorCode !== ErrorCode.NONE) {
      throw KafkaError.ofCode(found.errorCode, found.errorMessage, {
        ...(kind === 'transaction' ? {} : { group: key }),
        // A transactional id or group that may not be used stays so.
        fatal: found.errorCode === ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
      });
    }
    this.#metadata.addBroker({ id: found.nodeId, host: found.host, port: found.port, rack: null });
    this.#nodes.set(id, found.nodeId);
    return found.nodeId;
  }
}

function coordinatorIn(answer: FindCoordinatorResponse, key: string): FindCoordinatorResponse['coordinators'][number] {
  const { nodeId, host, port, errorCode, errorMessage } = answer;
  return answer.coordinators.find((found) => found.key === key) ?? { key, nodeId, host, port, errorCode, errorMessage };
}
