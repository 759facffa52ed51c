/**
 * Where the replicas of new partitions go (AdminUtils.assignReplicasToBrokers).
 *
 * Leaders walk round-robin over the brokers from a random start; followers follow at a distance that grows by one with
 * every full round, so that two brokers share few partitions. With racks the brokers are first put in an order that
 * alternates racks, and a rack that already has a replica is passed over while another has none.
 */
import type { Random } from '@ottla/platform';

export interface BrokerRack {
  readonly id: number;
  readonly rack: string | null;
}

export type PlacementError = 'InvalidPartitions' | 'InvalidReplicationFactor' | 'RacksIncomplete';

export type Placement =
  | { readonly ok: true; readonly assignment: Map<number, number[]> }
  | { readonly ok: false; readonly error: PlacementError; readonly message: string };

export interface PlacementRequest {
  /** Live brokers; their order counts, Kafka's is by id. */
  readonly brokers: readonly BrokerRack[];
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Index of the first partition's leader and the first distance of its followers; random when left out. */
  readonly startIndex?: number;
  /** Number of the first partition: above 0 when a topic grows. */
  readonly firstPartition?: number;
}

export function placeReplicas(request: PlacementRequest, random: Random): Placement {
  const { brokers, partitions, replicationFactor } = request;
  if (partitions <= 0) return refused('InvalidPartitions', 'Number of partitions must be larger than 0.');
  if (replicationFactor <= 0) {
    return refused('InvalidReplicationFactor', 'Replication factor must be larger than 0.');
  }
  if (replicationFactor > brokers.length) {
    return refused(
      'InvalidReplicationFactor',
      `Replication factor: ${replicationFactor} larger than available brokers: ${brokers.length}.`,
    );
  }
  const racks = new Map<number, string>();
  for (const { id, rack } of brokers) if (rack !== null) racks.set(id, rack);
  if (racks.size > 0 && racks.size < brokers.length) {
    return refused('RacksIncomplete', 'Not all brokers have rack information for replica rack aware assignment.');
  }
  const order = racks.size === 0 ? brokers.map((broker) => broker.id) : alternateRacks(racks);
  const startIndex = request.startIndex ?? random.integer(order.length);
  let shift = request.startIndex ?? random.integer(order.length);
  const first = Math.max(0, request.firstPartition ?? 0);
  const assignment = new Map<number, number[]>();
  for (let partition = first; partition < first + partitions; partition++) {
    if (partition > 0 && partition % order.length === 0) shift++;
    const leaderIndex = (partition + startIndex) % order.length;
    const followers = racks.size === 0 ? nextFollowers : nextFollowersOverRacks;
    assignment.set(partition, followers(order, racks, leaderIndex, shift, replicationFactor));
  }
  return { ok: true, assignment };
}

/** Brokers so ordered that neighbours sit in different racks: one of each rack in turn, racks by name, brokers by id. */
export function alternateRacks(racks: ReadonlyMap<number, string>): number[] {
  const byRack = new Map<string, number[]>();
  for (const [id, rack] of racks) {
    const ids = byRack.get(rack);
    if (ids === undefined) byRack.set(rack, [id]);
    else ids.push(id);
  }
  const queues = [...byRack].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ids]) => ids.sort((a, b) => a - b));
  const order: number[] = [];
  for (let round = 0; order.length < racks.size; round++) {
    for (const ids of queues) {
      const id = ids[round];
      if (id !== undefined) order.push(id);
    }
  }
  return order;
}

function nextFollowers(
  order: readonly number[],
  _racks: ReadonlyMap<number, string>,
  leaderIndex: number,
  shift: number,
  replicationFactor: number,
): number[] {
  const replicas = [at(order, leaderIndex)];
  for (let follower = 0; follower < replicationFactor - 1; follower++) {
    replicas.push(at(order, followerIndex(leaderIndex, shift, follower, order.length)));
  }
  return replicas;
}

function nextFollowersOverRacks(
  order: readonly number[],
  racks: ReadonlyMap<number, string>,
  leaderIndex: number,
  shift: number,
  replicationFactor: number,
): number[] {
  const rackCount = new Set(racks.values()).size;
  const leader = at(order, leaderIndex);
  const replicas = [leader];
  const taken = new Set([racks.get(leader)]);
  for (let step = 0; replicas.length < replicationFactor; step++) {
    const broker = at(order, followerIndex(leaderIndex, shift * rackCount, step, order.length));
    const rack = racks.get(broker);
    const rackIsFree = !taken.has(rack) || taken.size === rackCount;
    if (!rackIsFree || replicas.includes(broker)) continue;
    replicas.push(broker);
    taken.add(rack);
  }
  return replicas;
}

function followerIndex(leaderIndex: number, shift: number, follower: number, brokerCount: number): number {
  return (leaderIndex + 1 + ((shift + follower) % (brokerCount - 1))) % brokerCount;
}

function at(order: readonly number[], index: number): number {
  const id = order[index];
  if (id === undefined) throw new Error(`no broker at ${index} of ${order.length}`);
  return id;
}

function refused(error: PlacementError, message: string): Placement {
  return { ok: false, error, message };
}
