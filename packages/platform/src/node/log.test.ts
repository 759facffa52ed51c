import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskError } from '../disk.ts';
import { Logger } from '../logger.ts';
import { NodeLog } from './log.ts';
import { describeError, formatJson, formatLog4j, localHour } from './log-format.ts';
import { RollingFile } from './rolling-file.ts';

const noon = new Date(2026, 10, 21, 3, 26, 11, 42).getTime();

describe('log lines', () => {
  it('look as log4j writes them, in local time', () => {
    expect(formatLog4j(noon, 'INFO', 'kafka.server.KafkaServer', '[KafkaServer id=1] started', undefined)).toBe(
      '[2026-11-21 03:26:11,042] INFO [KafkaServer id=1] started (kafka.server.KafkaServer)\n',
    );
    expect(localHour(noon)).toBe('2026-11-21-03');
  });

  it('show the stack of the unexpected only, and causes', () => {
    const expected = new DiskError('ENOSPC', 'write', '/d/0.log');
    expect(formatLog4j(noon, 'ERROR', 'x', 'failed', expected)).toBe(
      "[2026-11-21 03:26:11,042] ERROR failed (x)\nDiskError: ENOSPC: write '/d/0.log'\n",
    );
    const unexpected = new TypeError('no such thing', { cause: expected });
    const text = describeError(unexpected);
    expect(text).toMatch(/^TypeError: no such thing\n\s+at .*\n/);
    expect(text).toContain("\nCaused by: DiskError: ENOSPC: write '/d/0.log'");
    const ring = new Error('ring');
    ring.cause = ring;
    expect(describeError(ring).split('Caused by').length).toBe(10);
    expect(describeError('just a text')).toBe('just a text');
  });

  it('are one JSON object each when so asked', () => {
    const line = formatJson(noon, 'WARN', 'a.b', 'two\nlines', new DiskError('EIO', 'read', '/x'));
    expect(line.endsWith('}\n')).toBe(true);
    expect(JSON.parse(line)).toEqual({
      timestamp: new Date(noon).toISOString(),
      level: 'WARN',
      logger: 'a.b',
      message: 'two\nlines',
      error: "DiskError: EIO: read '/x'",
    });
  });
});

describe('log levels', () => {
  it('come from the longest dotted prefix, and change while running', () => {
    let lines = '';
    const print = (text: string): void => {
      lines += text;
    };
    const levels = { 'kafka.controller': 'TRACE', kafka: 'WARN', 'org.apache.zookeeper': 'OFF' } as const;
    const log = new NodeLog({ console: print, levels });
    expect(log.isEnabled('INFO', 'kafka.server.KafkaServer')).toBe(false);
    expect(log.isEnabled('TRACE', 'kafka.controller.KafkaController')).toBe(true);
    expect(log.isEnabled('INFO', 'kafkaesque')).toBe(true);
    expect(log.isEnabled('FATAL', 'org.apache.zookeeper')).toBe(false);
    new Logger(log, 'kafka.server.KafkaServer', '[id=1] ').info('not this');
    log.setLevel('kafka.server', 'INFO');
    new Logger(log, 'kafka.server.KafkaServer', '[id=1] ').info('but this');
    log.setLevel('kafka.server', undefined);
    expect(log.levelOf('kafka.server.KafkaServer')).toBe('WARN');
    log.setLevel('root', 'ERROR');
    expect(log.isEnabled('WARN', 'elsewhere')).toBe(false);
    expect(Object.fromEntries(log.levels())).toMatchObject({
      root: 'ERROR',
      'kafka.controller': 'TRACE',
      elsewhere: 'ERROR',
    });
    log.close();
    expect(lines).toMatch(/^\[.*\] INFO \[id=1\] but this \(kafka\.server\.KafkaServer\)\n$/);
  });
});

describe('many logs in one process', () => {
  it('share one listener for its end, and leave none', () => {
    const before = [process.listenerCount('exit'), process.stderr.listenerCount('error')];
    const logs = Array.from({ length: 30 }, () => new NodeLog({ console: 'stderr', rootLevel: 'OFF' }));
    expect(process.listenerCount('exit')).toBe((before[0] ?? 0) + 1);
    for (const log of logs) {
      log.close();
      log.close();
    }
    expect(process.listenerCount('exit')).toBe(before[0]);
    expect(process.stderr.listenerCount('error')).toBe(before[1]);
  });
});

describe('server.log', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(`${tmpdir()}/ottla-log-`);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const read = (name: string): string => readFileSync(`${directory}/${name}`, 'latin1');

  it('gets every line in order, through asynchronous and synchronous writes', async () => {
    const log = new NodeLog({ console: 'none', file: { directory } });
    for (let turn = 0; turn < 20; turn++) {
      for (let index = 0; index < 50; index++) log.write('INFO', 'x', `line ${turn * 50 + index}`);
      if (turn % 7 === 3) log.flushSync();
      await new Promise((resolve) => setImmediate(resolve));
    }
    log.close();
    log.write('INFO', 'x', 'after the end');
    const numbers = [...read('server.log').matchAll(/line (\d+)/g)].map((match) => Number(match[1]));
    expect(numbers).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(read('server.log').split('\n').length).toBe(1001);
  });

  it('continues an existing file, but not one of an earlier hour', () => {
    writeFileSync(`${directory}/server.log`, 'earlier\n');
    const again = new NodeLog({ console: 'none', file: { directory } });
    again.write('INFO', 'x', 'now');
    again.close();
    expect(read('server.log')).toMatch(/^earlier\n\[.*\] INFO now \(x\)\n$/);
    utimesSync(`${directory}/server.log`, noon / 1000, noon / 1000);
    const later = new NodeLog({ console: 'none', file: { directory } });
    later.write('INFO', 'x', 'later');
    later.close();
    expect(readdirSync(directory).sort()).toEqual(['server.log', 'server.log.2026-11-21-03']);
    expect(read('server.log.2026-11-21-03')).toContain('INFO now');
    expect(read('server.log')).toMatch(/^\[.*\] INFO later \(x\)\n$/);
  });

  it('rolls by the hour and by size, loses no line, and keeps so many files', () => {
    const file = new RollingFile({ directory, name: 'server.log', sizeBytesMax: 100, filesMax: 3 });
    const hourMs = 3_600_000;
    let nowMs = Date.now();
    const append = (text: string): void => {
      if (file.isRollDue(nowMs)) file.roll(nowMs);
      file.append(text);
    };
    append(`${'a'.repeat(100)}\n`);
    append(`${'b'.repeat(100)}\n`);
    append('c\n');
    const hour = localHour(nowMs);
    nowMs += hourMs;
    append('d\n');
    file.flushSync();
    expect(readdirSync(directory).sort()).toEqual([
      'server.log',
      `server.log.${hour}`,
      `server.log.${hour}.1`,
      `server.log.${hour}.2`,
    ]);
    expect(read(`server.log.${hour}.1`)).toMatch(/^a+\n$/);
    expect(read(`server.log.${hour}.2`)).toMatch(/^b+\n$/);
    expect(read(`server.log.${hour}`)).toBe('c\n');
    expect(read('server.log')).toBe('d\n');
    nowMs += hourMs;
    append('e\n');
    file.closeSync();
    expect(readdirSync(directory).length).toBe(4);
    expect(readdirSync(directory)).not.toContain(`server.log.${hour}.1`);
  });
});
