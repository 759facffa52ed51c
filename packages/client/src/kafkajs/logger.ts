/** kafkajs's logger: entries with a namespace, to a function of the application's choice. */
import { environmentVariable, isoTimestamp, writeConsole } from '@ottla/platform/node';
import { logLevel } from './constants.ts';

export interface LoggerEntryContent {
  readonly timestamp: string;
  readonly message: string;
  readonly [key: string]: unknown;
}

export interface LogEntry {
  namespace: string;
  level: logLevel;
  label: string;
  log: LoggerEntryContent;
}

export type logCreator = (level: logLevel) => (entry: LogEntry) => void;

type Say = (message: string, extra?: object) => void;

export interface Logger {
  info: Say;
  error: Say;
  warn: Say;
  debug: Say;
  namespace: (namespace: string, level?: logLevel) => Logger;
  setLogLevel: (level: logLevel) => void;
}

/** Entries as lines of JSON on the console. */
export const consoleLogger: logCreator =
  () =>
  ({ namespace, level, label, log }) => {
    const prefix = namespace === '' || namespace === undefined ? '' : `[${namespace}] `;
    writeConsole(CONSOLE_LEVELS[level], JSON.stringify({ level: label, ...log, message: `${prefix}${log.message}` }));
  };

const CONSOLE_LEVELS = { 0: 'log', 1: 'error', 2: 'warn', 4: 'info', 5: 'log' } as const;

/** `KAFKAJS_LOG_LEVEL` wins over what the program says. */
function effective(level: logLevel): logLevel;
function effective(level: logLevel | undefined): logLevel | undefined;
function effective(level: logLevel | undefined): logLevel | undefined {
  const asked = environmentVariable('KAFKAJS_LOG_LEVEL')?.toUpperCase();
  return Object.entries(logLevel).find(([name]) => name === asked)?.[1] ?? level;
}

export function createLogger(options: {
  readonly level: logLevel;
  readonly logCreator: logCreator;
  readonly nowMs: () => number;
}): Logger {
  let current: logLevel = effective(options.level);
  const write = options.logCreator(current);
  const named = (namespace: string, own: logLevel | undefined): Logger => {
    const say =
      (label: string, level: logLevel): Say =>
      (message, extra = {}) => {
        if (level > (own ?? current)) return;
        const timestamp = isoTimestamp(options.nowMs());
        write({ namespace, level, label, log: { timestamp, logger: 'kafkajs', message, ...extra } });
      };
    return {
      info: say('INFO', logLevel.INFO),
      error: say('ERROR', logLevel.ERROR),
      warn: say('WARN', logLevel.WARN),
      debug: say('DEBUG', logLevel.DEBUG),
      namespace: (name, level) => named(name, effective(level)),
      setLogLevel: (level) => {
        current = level;
      },
    };
  };
  return named('', undefined);
}
