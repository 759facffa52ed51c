import { expect, test, vi } from 'vitest';
import { Kafka, logLevel } from './index.ts';

test('without a creator, entries are lines of JSON, each with the method of the console that fits', () => {
  const lines: [string, unknown][] = [];
  const spies = (['log', 'info', 'warn', 'error'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation((line: string) => void lines.push([name, JSON.parse(line)])),
  );
  try {
    const logger = new Kafka({ brokers: [], logLevel: logLevel.DEBUG }).logger();
    const named = logger.namespace('Shop');
    named.debug('a', { n: 1 });
    named.info('b');
    named.warn('c');
    logger.error('d');
    logger.setLogLevel(logLevel.WARN);
    logger.info('not any more');
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  const entry = { logger: 'kafkajs', timestamp: expect.stringMatching(/^\d{4}-.*Z$/) };
  expect(lines).toEqual([
    ['log', { ...entry, level: 'DEBUG', message: '[Shop] a', n: 1 }],
    ['info', { ...entry, level: 'INFO', message: '[Shop] b' }],
    ['warn', { ...entry, level: 'WARN', message: '[Shop] c' }],
    ['error', { ...entry, level: 'ERROR', message: 'd' }],
  ]);
});
