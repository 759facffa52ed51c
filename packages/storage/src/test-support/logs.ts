import type { LogSink, Platform } from '@ottla/platform';
import { createMemoryPlatform, MemoryDisk } from '@ottla/platform/node';
import { BatchBuilder, type BatchOptions } from '@ottla/protocol/records';
import {
  type AppendOptions,
  type AppendResult,
  defaultLogConfig,
  type Log,
  type LogConfig,
  LogManager,
  type LogManagerOptions,
  StorageError,
} from '../index.ts';

export const DIRECTORY = '/data';

/** Collects log lines. */
export class Lines implements LogSink {
  readonly all: string[] = [];
  isEnabled(level: string): boolean {
    return level !== 'TRACE' && level !== 'DEBUG';
  }
  write(_level: string, _logger: string, message: string): void {
    this.all.push(message);
  }
}

export interface TestPlatform extends Platform {
  readonly lines: Lines;
  readonly halts: string[];
}

const shared = createMemoryPlatform({ log: { console: 'none' } });

/** A memory disk, the real clock, a wall clock that can be set, no output. */
export function testPlatform(before?: TestPlatform): TestPlatform & { wallMs: number | undefined } {
  const lines = new Lines();
  const halts: string[] = [];
  const { clock } = shared;
  const platform = {
    ...shared,
    disk: before?.disk ?? new MemoryDisk({ wallMs: () => clock.wallMs() }),
    fatal: { halt: (reason: string) => void halts.push(reason), exit: () => {} },
    log: lines,
    lines,
    halts,
    wallMs: undefined as number | undefined,
    locks: { lock: async () => ({ release: async () => {} }) },
    clock: {
      wallMs: () => platform.wallMs ?? clock.wallMs(),
      monotonicMs: () => clock.monotonicMs(),
      setTimer: (delayMs: number, callback: () => void) => clock.setTimer(delayMs, callback),
      endOfTurn: (callback: () => void) => clock.endOfTurn(callback),
      sleep: (delayMs: number, signal?: AbortSignal) => clock.sleep(delayMs, signal),
    },
  };
  return platform;
}

export interface TestLog {
  readonly manager: LogManager;
  readonly log: Log;
}

export async function openManager(
  platform: Platform,
  config: Partial<LogConfig> = {},
  options: Partial<LogManagerOptions> = {},
): Promise<LogManager> {
  const values: LogConfig = { ...defaultLogConfig, ...config };
  const manager = new LogManager({
    platform,
    logDirectories: [DIRECTORY],
    configFor: () => values,
    ...options,
  });
  await manager.start();
  return manager;
}

export async function openLog(
  platform: Platform,
  config: Partial<LogConfig> = {},
  options: Partial<LogManagerOptions> = {},
): Promise<TestLog> {
  const manager = await openManager(platform, config, options);
  const log = await manager.create('t', 0, { topicId: undefined });
  if (log instanceof StorageError) throw new Error(log.message);
  return { manager, log };
}

export interface TestRecord {
  readonly timestamp?: number | bigint;
  readonly key?: string | null;
  readonly value?: string | null;
}

/** A batch of magic 2. Records by default have timestamp 1000 and no key. */
export function batch(records: readonly (TestRecord | string)[], options: BatchOptions = {}): Buffer {
  const builder = new BatchBuilder(options);
  for (const record of records) {
    const { timestamp = 1000, key = null, value = null } = typeof record === 'string' ? { value: record } : record;
    builder.append(timestamp, key === null ? null : Buffer.from(key), value === null ? null : Buffer.from(value));
  }
  return builder.build();
}

export const CLIENT: AppendOptions = { leaderEpoch: 0, origin: 'client', produceVersion: 9 };

/** Appends and resolves with the answer, whether it came at once or later. */
export function append(log: Log, records: Uint8Array, options: Partial<AppendOptions> = {}): Promise<AppendResult> {
  return new Promise((resolve) => {
    const sink = { appended: (_token: number, result: AppendResult) => resolve(result) };
    const now = log.appendAsLeader(records, { ...CLIENT, ...options }, sink, 0);
    if (now !== undefined) resolve(now);
  });
}

/** All batches from `from` on, each as stored. */
export function readAll(log: Log, from = log.logStartOffset): Buffer {
  const parts: Buffer[] = [];
  let offset = from;
  while (offset < log.logEndOffset) {
    const outcome = log.read(offset, 1 << 20, 'log-end', true);
    if (outcome.error !== 0) throw new Error(`read at ${offset}: error ${outcome.error}`);
    const bytes = outcome.records.toBuffer();
    outcome.records.release();
    let at = 0;
    while (at + 12 <= bytes.length && at + 12 + bytes.readInt32BE(at + 8) <= bytes.length) {
      const size = 12 + bytes.readInt32BE(at + 8);
      offset = Number(bytes.readBigInt64BE(at)) + bytes.readInt32BE(at + 23) + 1;
      parts.push(bytes.subarray(at, at + size));
      at += size;
    }
    if (at === 0) throw new Error(`nothing whole at ${offset}`);
  }
  return Buffer.concat(parts);
}
