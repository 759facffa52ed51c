/** What a library that speaks for itself needs of its process: lines on the console, the time of day, its environment. */

/** Where Node.js shows messages of that weight. */
export function writeConsole(level: 'debug' | 'info' | 'warn' | 'error', line: string): void {
  const stream = level === 'warn' || level === 'error' ? process.stderr : process.stdout;
  stream.write(`${line}\n`);
}

/** ISO 8601, UTC, with milliseconds. */
export function isoTimestamp(ms: number): string {
  return new Date(ms).toISOString();
}

export function environmentVariable(name: string): string | undefined {
  return process.env[name];
}
