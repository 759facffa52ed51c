/*
 * Kafka's text checkpoints, UTF-8, each line ended by a newline:
 *   0                    version
 *   <n>                  number of entries
 *   <entry> x n
 * An empty file has no entries. Anything else that does not fit is an error: half a checkpoint is worse than none.
 */
import { DamagedFileError } from './damaged-file-error.ts';

/** The file is not what its format allows; the text names the place. */
export class CheckpointError extends DamagedFileError {
  override readonly name = 'CheckpointError';
}

export function formatCheckpoint(entries: readonly string[]): string {
  return `0\n${entries.length}\n${entries.map((entry) => `${entry}\n`).join('')}`;
}

/** The fields of each entry line, split at white space. Throws CheckpointError. */
export function parseCheckpoint(text: string, path: string, fieldCount: number): string[][] {
  if (text.length === 0) return [];
  const lines = text.split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  const [version, count, ...entries] = lines;
  if (version?.trim() !== '0') {
    throw new CheckpointError(
      `Unrecognized version of the checkpoint file (${path}): '${(version ?? '').slice(0, 100)}', expected '0'`,
    );
  }
  if (count === undefined || !/^[0-9]+$/.test(count.trim())) throw malformed(path, count ?? '');
  if (Number(count) !== entries.length) {
    throw new CheckpointError(
      `Expected ${count} entries in checkpoint file (${path}), but found only ${entries.length}`,
    );
  }
  return entries.map((line) => {
    const fields = line.trim().split(/\s+/);
    if (fields.length !== fieldCount) throw malformed(path, line);
    return fields;
  });
}

/** A field that must be an exact integer. Throws CheckpointError. */
export function checkpointInteger(field: string | undefined, path: string): number {
  const value = field !== undefined && /^-?[0-9]+$/.test(field) ? Number(field) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw malformed(path, field ?? '');
  return value;
}

function malformed(path: string, line: string): CheckpointError {
  return new CheckpointError(`Malformed line in checkpoint file (${path}): ${line.slice(0, 100)}`);
}
