import { randomUuid } from '@ottla/common';
import type { Coordination } from '@ottla/coordination';
import type { BrokerZnode } from '@ottla/coordination/cluster';
import { decodeClusterId, encodeBroker, encodeClusterId, paths } from '@ottla/coordination/cluster';
import type { Clock, Crypto } from '@ottla/platform';

/** The broker cannot join the cluster; the message is for the operator. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError';
}

/** Makes Kafka's folders where they are missing, in one breath. */
export async function createPersistentPaths(coordination: Coordination): Promise<void> {
  const outcomes = await Promise.all(paths.PERSISTENT_PATHS.map((path) => coordination.create(path, null)));
  for (const outcome of outcomes) {
    if (!outcome.ok && outcome.code !== 'NodeExists') {
      throw new RegistrationError(`${outcome.path} can't be created: ${outcome.code}`);
    }
  }
}

/**
 * The cluster's id: what is stored, else `wanted` (from meta.properties), else a random one, which is stored.
 * A folder that belongs to another cluster is the caller's to refuse.
 */
export async function getOrCreateClusterId(
  coordination: Coordination,
  crypto: Crypto,
  wanted: string | undefined,
): Promise<string> {
  const stored = await readClusterId(coordination);
  if (stored !== undefined) return stored;
  const id = wanted ?? randomUuid(crypto);
  await coordination.create('/cluster', null);
  const created = await coordination.create(paths.CLUSTER_ID, encodeClusterId(id));
  if (created.ok) return id;
  const other = await readClusterId(coordination);
  if (other === undefined) throw new RegistrationError(`${paths.CLUSTER_ID} can't be written: ${created.code}`);
  return other;
}

async function readClusterId(coordination: Coordination): Promise<string | undefined> {
  const node = await coordination.get(paths.CLUSTER_ID);
  if (!node.ok) return undefined;
  const id = decodeClusterId(node.data);
  if (id === undefined) throw new RegistrationError(`${paths.CLUSTER_ID} holds no cluster id`);
  return id;
}

/**
 * Puts the broker into `/brokers/ids` and returns its epoch, the czxid of the node. A node that an earlier session of
 * this broker left behind is replaced (KAFKA-7165); anybody else's is an error.
 */
export async function registerBroker(
  coordination: Coordination,
  clock: Clock,
  id: number,
  broker: BrokerZnode,
  previousSessionId?: string,
): Promise<number> {
  const path = paths.brokerPath(id);
  const data = encodeBroker(broker, clock.wallMs());
  for (;;) {
    const outcome = await coordination.multi([
      { op: 'create', path, data: null, ephemeral: true },
      { op: 'set', path, data, version: 0 },
    ]);
    if (outcome.ok) {
      const [, set] = outcome.results;
      if (set?.op !== 'set') throw new RegistrationError(`${path}: no answer to the registration`);
      return set.stat.czxid;
    }
    if (outcome.code !== 'NodeExists') throw new RegistrationError(`${path} can't be created: ${outcome.code}`);
    const node = await coordination.exists(path);
    if (!node.ok) throw new RegistrationError(`${path} can't be read: ${node.code}`);
    if (node.stat === null) continue;
    if (node.stat.ephemeralOwner === coordination.session.id) return node.stat.czxid;
    if (previousSessionId === undefined || node.stat.ephemeralOwner !== previousSessionId) {
      throw new RegistrationError(
        `A broker with id ${id} is registered already (session ${node.stat.ephemeralOwner}). Give this one another broker.id, or stop the other.`,
      );
    }
    await coordination.delete(path, node.stat.version);
  }
}
