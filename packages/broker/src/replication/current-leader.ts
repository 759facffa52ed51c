import type { MetadataCache } from '../metadata/metadata-cache.ts';
import type { ReplicaManager } from './replica-manager.ts';

/** Where an endpoint list gets its nodes: `nodeEndpoints` of Produce v10+ and Fetch v16+ (KIP-951). */
export interface NodeEndpoint {
  nodeId: number;
  host: string;
  port: number;
  rack: string | null;
}

/** The leader as this broker knows it, for a client that asked the wrong one; its endpoint is added to `endpoints` once. */
export function currentLeader(
  replicas: ReplicaManager,
  metadata: MetadataCache,
  topic: string,
  partition: number,
  listener: string,
  endpoints: NodeEndpoint[],
): { leaderId: number; leaderEpoch: number } {
  const held = replicas.partition(topic, partition);
  const known = metadata.partition(topic, partition);
  const leader =
    typeof held !== 'number' && held.leaderEpoch >= (known?.leaderEpoch ?? -1)
      ? { leaderId: held.leaderId, leaderEpoch: held.leaderEpoch }
      : { leaderId: known?.leader ?? -1, leaderEpoch: known?.leaderEpoch ?? -1 };
  if (leader.leaderId >= 0 && !endpoints.some(({ nodeId }) => nodeId === leader.leaderId)) {
    const node = metadata.broker(leader.leaderId, listener);
    if (node !== undefined) endpoints.push({ nodeId: node.id, host: node.host, port: node.port, rack: node.rack });
  }
  return leader;
}
