/** One recorded case: `prefix` is what stands before the properties, `text` what Kafka says, or "ok". */
export interface RecordedCase {
  readonly line: string;
  readonly prefix: string;
  readonly properties: ReadonlyMap<string, string>;
  readonly text: string;
}

/** Reads a recording; with `prefixes`, each line begins with one of them and a space. */
export function recordedCases(recording: string, prefixes: readonly string[] = []): RecordedCase[] {
  return recording
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const arrow = line.indexOf(' -> ');
      const prefix = prefixes.find((candidate) => line.startsWith(`${candidate} `)) ?? '';
      const text = line.slice(arrow + ' -> '.length);
      const properties = new Map<string, string>();
      for (const item of line.slice(prefix === '' ? 0 : prefix.length + 1, arrow).split(';')) {
        const equals = item.indexOf('=');
        if (equals >= 0) properties.set(item.slice(0, equals), item.slice(equals + 1));
      }
      return { line, prefix, properties, text };
    });
}

/** The text that `act` throws, or "ok". */
export function outcomeOf(act: () => unknown): string {
  try {
    act();
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
