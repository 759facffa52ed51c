/** kafkajs's partitioners: a key's partition by murmur2, messages without a key in turn. */
import { partitionForKey } from '@ottla/protocol/records';
import type { PartitionMetadata } from './partition-metadata.ts';
import type { Message } from './producer-types.ts';

export interface PartitionerArgs {
  topic: string;
  partitionMetadata: PartitionMetadata[];
  message: Message;
}

export type ICustomPartitioner = () => (args: PartitionerArgs) => number;
export type DefaultPartitioner = ICustomPartitioner;
export type LegacyPartitioner = ICustomPartitioner;

function bytesOf(key: NonNullable<Message['key']>): Buffer {
  return Buffer.isBuffer(key) ? key : Buffer.from(String(key), 'utf8');
}

function byKeyOrInTurn(ofKey: (key: Buffer, partitions: number) => number): ICustomPartitioner {
  return () => {
    const turns = new Map<string, number>();
    return ({ topic, partitionMetadata, message }) => {
      const { partition, key } = message;
      if (partition !== undefined && partition !== null) return partition;
      if (key !== undefined && key !== null) return ofKey(bytesOf(key), partitionMetadata.length);
      const led = partitionMetadata.filter(({ leader }) => leader >= 0);
      const candidates = led.length > 0 ? led : partitionMetadata;
      const turn = turns.get(topic) ?? 0;
      turns.set(topic, turn + 1);
      return candidates[turn % candidates.length].partitionId;
    };
  };
}

/** The same partitions as Java's producer chooses. */
export const DefaultPartitioner: DefaultPartitioner = byKeyOrInTurn(partitionForKey);

/** The same as kafkajs chose before version 2: its murmur2 multiplied as floating point numbers. */
export const LegacyPartitioner: LegacyPartitioner = byKeyOrInTurn(
  (key, partitions) => (legacyMurmur2(key) & 0x7fffffff) % partitions,
);

export const Partitioners = {
  DefaultPartitioner,
  LegacyPartitioner,
  /** @deprecated The name of DefaultPartitioner before version 2. */
  JavaCompatiblePartitioner: DefaultPartitioner,
};

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

/** Murmur2 without the wrap-around of its products, and with a block too many; what lies behind the key counts as zero. */
export function legacyMurmur2(key: Buffer): number {
  const { length } = key;
  const at = (index: number): number => (index < length ? key[index] : 0);
  let hash = SEED ^ length;
  for (let i = 0; i < length; i += 4) {
    let block = at(i) + (at(i + 1) << 8) + (at(i + 2) << 16) + (at(i + 3) << 24);
    block *= MULTIPLIER;
    block ^= block >>> 24;
    block *= MULTIPLIER;
    hash *= MULTIPLIER;
    hash ^= block;
  }
  const tail = length & ~3;
  if (length % 4 === 3) hash ^= at(tail + 2) << 16;
  if (length % 4 >= 2) hash ^= at(tail + 1) << 8;
  if (length % 4 >= 1) {
    hash ^= at(tail);
    hash *= MULTIPLIER;
  }
  hash ^= hash >>> 13;
  hash *= MULTIPLIER;
  hash ^= hash >>> 15;
  return hash;
}
