import { encodeObject, numberAt, parseObject, stringAt } from './json.ts';

/** Producer ids of one block (ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE). */
export const PRODUCER_ID_BLOCK_SIZE = 1000;

/** `/latest_producer_id_block`: the last block that was given out, both ends inclusive. */
export interface ProducerIdBlock {
  readonly brokerId: number;
  readonly first: number;
  readonly last: number;
}

export function encodeProducerIdBlock(block: ProducerIdBlock): Buffer {
  return encodeObject({
    version: 1,
    broker: block.brokerId,
    block_start: String(block.first),
    block_end: String(block.last),
  });
}

export function decodeProducerIdBlock(data: Uint8Array | null): ProducerIdBlock | undefined {
  const json = parseObject(data);
  if (json === undefined) return undefined;
  const brokerId = numberAt(json, 'broker');
  const first = Number(stringAt(json, 'block_start'));
  const last = Number(stringAt(json, 'block_end'));
  if (brokerId === undefined || !Number.isSafeInteger(first) || !Number.isSafeInteger(last)) return undefined;
  return { brokerId, first, last };
}
