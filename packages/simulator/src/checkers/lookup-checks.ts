/*
 * What the indexes and the epoch cache answer about a log that is at rest, against the records themselves: ListOffsets by
 * timestamp gives the first record that is not older, "max timestamp" one that has it, and OffsetForLeaderEpoch the offset
 * after the last record of an epoch.
 */
import { ErrorCode } from '@ottla/protocol';
import { type BatchView, decodeBatchRecords } from '@ottla/protocol/records';
import { apis } from '../apis.ts';
import type { SimulationContext } from '../context.ts';
import type { PartitionModel } from '../model/partition-model.ts';
import type { Client } from '../workload/client.ts';
import { listOffset } from '../workload/fetch-loop.ts';
import { scanLog } from './log-scan.ts';

const MAX_TIMESTAMP = -3;
const LOOKUPS = 4;

interface Stamp {
  readonly offset: number;
  readonly timestamp: number;
}

/** Nothing may be appended or removed meanwhile. */
export async function checkLookups(context: SimulationContext, client: Client, model: PartitionModel): Promise<void> {
  const log = context.host.broker?.services.logs.get(model.topic, model.partition);
  if (log === undefined) return;
  const batches = (scanLog(context.host.node.disk, log.directory) ?? []).flatMap((segment) => segment.batches);
  const stamps = batches.flatMap((batch) =>
    decodeBatchRecords(batch).map(({ offset, timestamp }): Stamp => ({ offset, timestamp: Number(timestamp) })),
  );
  if (stamps.length === 0) return;
  await checkTimestamps(context, client, model, stamps);
  await checkEpochEnds(context, client, model, batches, log.logEndOffset);
}

async function checkTimestamps(
  context: SimulationContext,
  client: Client,
  model: PartitionModel,
  stamps: readonly Stamp[],
): Promise<void> {
  const prng = context.world.prng(`lookups ${model.name}`);
  const newest = stamps.reduce((max, { timestamp }) => Math.max(max, timestamp), 0);
  const targets = [newest, newest + 1];
  for (let count = 0; count < LOOKUPS; count++) {
    targets.push((stamps[prng.integer(stamps.length)]?.timestamp ?? 0) + prng.integer(3) - 1);
  }
  for (const target of targets) {
    const found = await listOffset(client, model.topic, model.partition, target);
    const expected = stamps.find(({ timestamp }) => timestamp >= target)?.offset ?? -1;
    context.verdict.require(
      found === undefined || found === expected,
      'offset-by-timestamp',
      () => `${model.name}: the first record from ${target} on is at ${expected}, ListOffsets says ${found}`,
    );
  }
  const found = await listOffset(client, model.topic, model.partition, MAX_TIMESTAMP);
  context.verdict.require(
    found === undefined || stamps.some(({ offset, timestamp }) => offset === found && timestamp === newest),
    'offset-by-timestamp',
    () => `${model.name}: the newest timestamp is ${newest}, ListOffsets says it is at ${found}`,
  );
}

async function checkEpochEnds(
  context: SimulationContext,
  client: Client,
  model: PartitionModel,
  batches: readonly BatchView[],
  logEndOffset: number,
): Promise<void> {
  const epochs = [...new Set(batches.map(({ partitionLeaderEpoch }) => partitionLeaderEpoch))];
  for (const epoch of epochs) {
    const answer = await client.ask(apis.offsetForLeaderEpoch, {
      replicaId: -1,
      topics: [{ topic: model.topic, partitions: [{ partition: model.partition, leaderEpoch: epoch }] }],
    });
    const found = answer?.topics[0]?.partitions[0];
    if (found?.errorCode !== ErrorCode.NONE) continue;
    const expected =
      batches.find(({ partitionLeaderEpoch }) => partitionLeaderEpoch > epoch)?.baseOffset ?? logEndOffset;
    context.verdict.require(
      found.leaderEpoch === epoch && Number(found.endOffset) === expected,
      'R8 epoch-end',
      () =>
        `${model.name}: epoch ${epoch} ends at ${expected}, OffsetForLeaderEpoch says ${found.leaderEpoch} ends at ${found.endOffset}`,
    );
  }
}
