import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runTool } from '../test-support/run-tool.ts';
import { kafkaDumpLog } from './kafka-dump-log.ts';

const files = fileURLToPath(new URL('../../fixtures/log-files/', import.meta.url));
const dump = (...args: string[]) => runTool(kafkaDumpLog, args);
const lines = async (...args: string[]) => (await dump(...args)).stdout.trimEnd().split('\n');

describe('kafka-dump-log', () => {
  test('a segment: a line for each batch and each record', async () => {
    const [head, start, batch, first, second] = await lines(
      '--print-data-log',
      '--files',
      `${files}txn-0/00000000000000000002.log`,
    );
    expect(head).toBe(`Dumping ${files}txn-0/00000000000000000002.log`);
    expect(start).toBe('Log starting offset: 2');
    expect(batch).toMatch(
      /^baseOffset: 2 lastOffset: 2 count: 1 .* isTransactional: true isControl: true deleteHorizonMs: OptionalLong.empty position: 0 .* isvalid: true$/,
    );
    expect(first).toMatch(/^\| offset: 2 .* sequence: -1 headerKeys: \[\] endTxnMarker: COMMIT coordinatorEpoch: 0$/);
    expect(second).toMatch(/^baseOffset: 3 /);
  });

  test('all codecs, without what is around the content', async () => {
    const printed = await lines(
      '--print-data-log',
      '--skip-record-metadata',
      '--files',
      `${files}codecs-0/00000000000000000063.log`,
    );
    const payloads = printed.filter((line) => line.startsWith('| key: k1 '));
    expect(payloads.map((line) => line.split(' ').at(4))).toEqual(['none', 'gzip', 'snappy', 'lz4', 'zstd']);
  });

  test('the group coordinator speaks in JSON', async () => {
    const printed = await lines(
      '--offsets-decoder',
      '--files',
      `${files}__consumer_offsets-1/00000000000000000000.log`,
    );
    expect(printed.find((line) => line.includes('"type":"2"') && line.includes('"memberId"'))).toMatch(
      /"subscription":\{"topics":\["\w+"\],"userData":null,"ownedPartitions":\[\],"generationId":-1,"rackId":null\}/,
    );
  });

  test('messages of the old formats have their checksum, that of what is inside a wrapper too', async () => {
    const printed = await lines('--print-data-log', '--files', `${files}legacy-0/00000000000000000000.log`);
    expect(printed.filter((line) => / isValid: true crc: \d+\} key: k\d/.test(line))).toHaveLength(24);
  });

  test('a torso at the end is counted', async () => {
    expect(await lines('--files', `${files}cut-0/00000000000000000063.log`)).toContain(
      'Found 300 invalid bytes at the end of 00000000000000000063.log',
    );
  });

  test('what is no batch ends it with exit code 1, after the batches before', async () => {
    const { code, stdout, stderr } = await dump('--files', `${files}zeros-0/00000000000000000063.log`);
    expect(code).toBe(1);
    expect(stdout.split('\n')).toHaveLength(8);
    expect(stderr).toMatch(/^Found record size 0 smaller than minimum record overhead \(14\) in file /);
  });

  test('indexes that disagree with their log are told on standard error', async () => {
    const at = `${files}wrong-index-0/00000000000000000016`;
    const { code, stdout, stderr } = await dump('--verify-index-only', '--files', `${at}.index,${at}.timeindex`);
    expect(code).toBe(0);
    expect(stdout).toBe(`Dumping ${at}.index\nDumping ${at}.timeindex\n`);
    expect(stderr).toContain(
      `Mismatches in :${at}.index\n  Index offset: 20, log offset: 21\n  Index offset: 18, log offset: 19\n`,
    );
    expect(stderr).toContain('Indexed offset: 916, found log offset: -1\n');
  });

  test('a class that is not built in is named', async () => {
    const { code, stderr } = await dump(
      '--key-decoder-class',
      'com.example.Mine',
      '--files',
      `${files}odd-0/00000000000000000002.log`,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Decoder class com.example.Mine is not built in/);
  });
});
