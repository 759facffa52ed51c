import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { LineReader } from './line-reader.ts';
import { linesOf } from './lines.ts';
import { parseProducerOptions, producerProperties } from './producer-options.ts';

const reader = (properties: Record<string, string>) => new LineReader(new Map(Object.entries(properties)));

describe('lines', () => {
  test('end as Java ends them, across chunks and within a character', async () => {
    const bytes = Buffer.from('a\nb\r\nc\rd\n\nü\r\ne');
    for (let cut = 0; cut <= bytes.length; cut++) {
      const lines: string[] = [];
      for await (const some of linesOf(
        Readable.from([bytes.subarray(0, cut), bytes.subarray(cut)], { objectMode: false }),
      ))
        lines.push(...some);
      expect(lines).toEqual(['a', 'b', 'c', 'd', '', 'ü', 'e']);
    }
  });

  test('an end of line at the end of the input begins no other line', async () => {
    const lines: string[] = [];
    for await (const some of linesOf(Readable.from([Buffer.from('a\r\n\r')], { objectMode: false })))
      lines.push(...some);
    expect(lines).toEqual(['a', '']);
  });
});

describe('a line as a record', () => {
  test('is the value, unless it says more', () => {
    expect(reader({}).read('h:1\tk\tv')).toEqual({ key: null, value: 'h:1\tk\tv', headers: undefined });
  });

  test('headers, key and value', () => {
    const lines = reader({ 'parse.headers': 'true', 'parse.key': 'true', 'null.marker': 'NULL' });
    expect(lines.read('h:1,g:2:3,n:NULL\tk\tv\tw')).toEqual({
      key: 'k',
      value: 'v\tw',
      headers: [
        ['h', '1'],
        ['g', '2:3'],
        ['n', null],
      ],
    });
    expect(lines.read('NULL\tNULL\tNULL')).toEqual({ key: null, value: null, headers: [] });
  });

  test.each([
    [{ 'parse.key': 'true' }, 'abc', "No key separator found on line number 1: 'abc'"],
    [{ 'parse.headers': 'true' }, 'abc', "No headers delimiter found on line number 1: 'abc'"],
    [{ 'parse.headers': 'true' }, 'abc\tv', "No header key separator found in pair 'abc' on line number 1"],
  ])('%j: %s', (properties, line, message) => {
    expect(() => reader(properties).read(line)).toThrow(message);
    expect(reader({ ...properties, 'ignore.error': 'true' }).read(line).value).toMatch(/^(abc|v)$/);
  });

  test.each([
    [{ 'headers.delimiter': ',' }, 'headers.delimiter and headers.separator may not be equal'],
    [{ 'null.marker': '\t' }, 'null.marker and key.separator may not be equal'],
    [{ 'null.marker': ':' }, 'null.marker and headers.key.separator may not be equal'],
  ])('%j: %s', (properties, message) => {
    expect(() => reader(properties)).toThrow(message);
  });
});

test("a flag wins over a property, a property over the flag's default", () => {
  const options = parseProducerOptions(
    [
      '--topic',
      't',
      '--broker-list',
      'a:1',
      '--timeout',
      '5',
      '--max-partition-memory-bytes',
      '7',
      '--compression-codec',
    ],
    () => {},
  );
  if (options === undefined) throw new Error('options expected');
  const given = { 'linger.ms': '1', retries: '9', 'batch.size': '3', 'client.id': 'me' };
  expect(Object.fromEntries(producerProperties(options, new Map(Object.entries(given))))).toEqual({
    'linger.ms': '5',
    retries: '9',
    'batch.size': '7',
    'client.id': 'me',
    'compression.type': 'gzip',
    acks: '-1',
    'request.timeout.ms': '1500',
    'retry.backoff.ms': '100',
    'send.buffer.bytes': '102400',
    'buffer.memory': '33554432',
    'metadata.max.age.ms': '300000',
    'max.block.ms': '60000',
  });
});
