/** Record batches of every magic and codec, with the checksum mended half of the time, through everything that reads them. */
import type { CompressionType } from '@ottla/protocol/compression';
import {
  BATCH_OVERHEAD,
  BatchBuilder,
  BatchReader,
  batchMagic,
  downConvert,
  iterateRecords,
  MessageSetBuilder,
  RecordsError,
  upConvert,
  updateBatchCrc,
} from '@ottla/protocol/records';
import { type Dice, mutated } from './dice.ts';
import { Corpus, expectKnown, FuzzFailure, type Subject } from './subject.ts';

const OLD_CODECS = ['none', 'gzip', 'snappy', 'lz4'] as const;
const CODECS: readonly CompressionType[] = [...OLD_CODECS, 'zstd'];
const UNPACKED_BYTES_MAX = 1 << 20;
const RECORDS_MAX = 5000;

export function batchOf(compression: CompressionType, count: number): Buffer {
  const builder = new BatchBuilder({ compression });
  for (let index = 0; index < count; index++) {
    const headers = index % 3 === 0 ? [{ key: 'h', value: Buffer.from('x') }] : [];
    builder.append(1000 + index, index % 2 ? null : Buffer.from('key'), Buffer.alloc(index * 7, 'value'), headers);
  }
  return builder.build();
}

function messagesOf(magic: 0 | 1, compression: (typeof OLD_CODECS)[number]): Buffer {
  const builder = new MessageSetBuilder({ magic, compression });
  for (let index = 0; index < 4; index++) builder.append(index, 1000 + index, Buffer.from('key'), Buffer.from('value'));
  return builder.build();
}

export function records(): Subject {
  const inputs = CODECS.flatMap((codec) => [batchOf(codec, 1), batchOf(codec, 12)]);
  for (const codec of OLD_CODECS) inputs.push(messagesOf(0, codec), messagesOf(1, codec));
  const corpus = new Corpus(...inputs);
  return { name: 'record batches', round: (dice) => oneSet(corpus, dice) };
}

function oneSet(corpus: Corpus, dice: Dice): void {
  const input = mutated(corpus.pick(dice), dice);
  if (input.length >= BATCH_OVERHEAD && batchMagic(input, 0) === 2 && dice.below(2) === 0) mendBatch(input);
  const what = `records ${input.toString('hex')}`;
  let seen = '';
  const reader = new BatchReader(input);
  while (reader.next()) {
    if (reader.end > input.length) throw new FuzzFailure(`${what}: a batch ends at ${reader.end}`);
    let count = 0;
    try {
      for (const record of iterateRecords(input, reader.start, UNPACKED_BYTES_MAX)) {
        count++;
        if (count > RECORDS_MAX) break;
        if (!Number.isSafeInteger(record.offset)) throw new FuzzFailure(`${what}: offset ${record.offset}`);
      }
      seen += `+${count}`;
    } catch (error) {
      if (error instanceof FuzzFailure) throw error;
      expectKnown(error, [RecordsError], what);
      seen += `-${count}`;
    }
  }
  const magic = reader.stop === 'corrupt' ? -1 : input.length > 16 ? batchMagic(input, 0) : 0;
  corpus.offer(input, `${magic}${seen}${reader.stop}`, dice);
  for (const to of [0, 1] as const) downConvert(input, to, 0, UNPACKED_BYTES_MAX);
  upConvert(input, {
    decompressedBytesMax: UNPACKED_BYTES_MAX,
    baseOffset: 0,
    partitionLeaderEpoch: 0,
    compression: dice.oneOf(CODECS),
  });
}

/** Size and checksum as they should be, so that what lies behind them is looked at. */
function mendBatch(input: Buffer): void {
  input.writeInt32BE(input.length - 12, 8);
  updateBatchCrc(input, 0);
}
