import type { Coordination } from '@ottla/coordination';
import type { ProducerIdBlock } from '@ottla/coordination/cluster';
import {
  decodeProducerIdBlock,
  encodeProducerIdBlock,
  PRODUCER_ID_BLOCK_SIZE,
  paths,
} from '@ottla/coordination/cluster';

/** Brokers that may take a block in between, each costing a round. */
const ROUNDS_MAX = 100;

/** Takes the block after the last one that was given out. Undefined when the store can't be written or the ids are used up. */
export async function claimProducerIdBlock(
  coordination: Coordination,
  brokerId: number,
): Promise<ProducerIdBlock | undefined> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const node = await coordination.get(paths.PRODUCER_ID_BLOCK);
    if (!node.ok) return undefined;
    const latest = node.data === null || node.data.length === 0 ? undefined : decodeProducerIdBlock(node.data);
    if (latest === undefined && node.data !== null && node.data.length > 0) return undefined;
    const first = latest === undefined ? 0 : latest.last + 1;
    const block = { brokerId, first, last: first + PRODUCER_ID_BLOCK_SIZE - 1 };
    if (!Number.isSafeInteger(block.last)) return undefined;
    const written = await coordination.set(paths.PRODUCER_ID_BLOCK, encodeProducerIdBlock(block), node.stat.version);
    if (written.ok) return block;
    if (written.code !== 'BadVersion') return undefined;
  }
  return undefined;
}
