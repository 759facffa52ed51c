/** What a library that speaks for itself needs of its process: lines on the console, the time of day, its environment. */

/** Through `console`, which programs replace to collect their lines; what is of the least weight goes to `console.log`. */
export function writeConsole(level: 'log' | 'info' | 'warn' | 'error', line: string): void {
  console[level](line);
}

/** ISO 8601, UTC, with milliseconds. */
export function isoTimestamp(ms: number): string {
  return new Date(ms).toISOString();
}

export function environmentVariable(name: string): string | undefined {
  return process.env[name];
}
