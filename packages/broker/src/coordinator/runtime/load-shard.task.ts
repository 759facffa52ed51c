import type { Clock, Logger } from '@ottla/platform';
import { ErrorCode } from '@ottla/protocol';
import { decodeBatchRecords, readBatches } from '@ottla/protocol/records';
import type { CoordinatorShard } from './shard.ts';
import type { ShardHost } from './shard-host.ts';

/** Bytes replayed in one go before other work gets its turn; below Kafka's offsets.load.buffer.size so that no slice exceeds 5 ms. */
const LOAD_CHUNK_BYTES = 256 * 1024;

/** Replays the log into the host's shard, from its start to the end it has now, and activates it unless it was closed meanwhile. */
export async function loadShard<Shard extends CoordinatorShard>(
  host: ShardHost<Shard>,
  clock: Clock,
  logger: Logger,
  decompressedBytesMax: number,
): Promise<void> {
  const startedMs = clock.monotonicMs();
  const end = host.log.stagedEndOffset;
  let offset = host.log.logStartOffset;
  let records = 0;
  while (offset < end && host.state === 'loading') {
    const chunk = host.log.read(offset, LOAD_CHUNK_BYTES);
    if (chunk.error !== ErrorCode.NONE || !('records' in chunk) || chunk.records.length === 0) {
      logger.error(`Loading stopped at offset ${offset} of ${end}: error ${chunk.error}`);
      host.close(ErrorCode.NOT_COORDINATOR);
      return;
    }
    for (const batch of readBatches(chunk.records)) {
      offset = batch.lastOffset + 1;
      if (batch.isControl) continue;
      for (const record of decodeBatchRecords(batch, decompressedBytesMax)) {
        if (record.key === null) continue;
        records++;
        host.shard.replay(
          { key: record.key, value: record.value },
          {
            offset: record.offset,
            timestamp: record.timestamp,
            producerId: batch.producerId,
            producerEpoch: batch.producerEpoch,
          },
        );
      }
    }
    await clock.sleep(0);
  }
  if (host.state !== 'loading') return;
  host.activate();
  logger.info(`Finished loading ${records} records in ${Math.round(clock.monotonicMs() - startedMs)} milliseconds`);
}
