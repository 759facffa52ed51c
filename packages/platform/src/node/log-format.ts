import type { LogLevel } from '../ports.ts';

export type LineFormat = 'text' | 'json';

/** Causes of causes printed at most, since a chain may be a ring. */
const causesMax = 10;

/** `[2026-11-21 03:26:11,042] INFO message (kafka.server.KafkaServer)` in local time: log4j's `[%d] %p %m (%c)%n`. */
export function formatLog4j(nowMs: number, level: LogLevel, logger: string, message: string, error: unknown): string {
  const line = `[${localStamp(nowMs)}] ${level} ${message} (${logger})\n`;
  return error === undefined ? line : `${line}${describeError(error)}\n`;
}

/** One JSON object a line: timestamp (ISO 8601, UTC), level, logger, message, error when there is one. */
export function formatJson(nowMs: number, level: LogLevel, logger: string, message: string, error: unknown): string {
  const fields = { timestamp: new Date(nowMs).toISOString(), level, logger, message };
  return `${JSON.stringify(error === undefined ? fields : { ...fields, error: describeError(error) })}\n`;
}

/**
 * What follows a log line. The stack belongs to the unexpected: an error with a code (a refused connection, a full disk)
 * is an outcome the code foresaw, and its stack would show the event loop only.
 */
export function describeError(error: unknown): string {
  const texts: string[] = [];
  let current = error;
  for (let depth = 0; depth < causesMax && current !== undefined; depth++) {
    texts.push((depth === 0 ? '' : 'Caused by: ') + describeOne(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return texts.join('\n');
}

function describeOne(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const expected = 'code' in error && typeof error.code === 'string' && !error.code.startsWith('ERR_');
  return expected || error.stack === undefined ? `${error.name}: ${error.message}` : error.stack;
}

/** `2026-11-21 03:26:11,042`, local time. */
export function localStamp(nowMs: number): string {
  const milliseconds = ((nowMs % 1000) + 1000) % 1000;
  return `${localSecond(Math.floor(nowMs / 1000))},${pad(milliseconds, 3)}`;
}

/** `2026-11-21-03`: the hour a rotated file is named after. */
export function localHour(nowMs: number): string {
  return localSecond(Math.floor(nowMs / 1000))
    .slice(0, 13)
    .replace(' ', '-');
}

// Many lines share a second, and taking a date apart costs more than the rest of a line.
let cachedSecond = Number.NaN;
let cachedText = '';

function localSecond(second: number): string {
  if (second === cachedSecond) return cachedText;
  const date = new Date(second * 1000);
  const day = `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`;
  cachedText = `${day} ${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}`;
  cachedSecond = second;
  return cachedText;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
