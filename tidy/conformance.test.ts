// conformance/matrix.json names exactly the cells that the code has, and each was proved on Apache Kafka: told here, before any broker starts.
import { describe, expect, it } from 'vitest';
import { CODE } from '../conformance/cases/all-cells.mjs';
import { disagreements, matrix } from '../conformance/lib/matrix.mjs';
import { proofs } from '../conformance/lib/results.mjs';

const isProved = (cell: string) => proofs(cell).length > 0;

/** What is told of the matrix after a change. */
function told(change: (changed: typeof matrix) => void): string[] {
  const changed = structuredClone(matrix);
  change(changed);
  return disagreements(changed, CODE, isProved);
}

describe('the conformance matrix', () => {
  it('agrees with the code, and every cell that runs has passed on Apache Kafka', () => {
    expect(disagreements(matrix, CODE, isProved)).toEqual([]);
  });

  it('lacks no cell of the code', () => {
    expect(told(({ clients }) => delete clients.kcat?.gzip)).toContain('kcat / gzip is not in matrix.json');
    expect(told(({ tools }) => delete tools['kafka-topics'])).toContain(
      'tools 3.9 / kafka-topics runs and is not in matrix.json',
    );
  });

  it('names no cell that the code lacks', () => {
    expect(told(({ clients }) => Object.assign(clients.kcat ?? {}, { transactions: 'run' }))).toContain(
      'kcat / transactions is to run and has no code',
    );
    expect(told(({ clients }) => Object.assign(clients, { other: {} }))).toContain('client other has no program');
  });

  it('gives a reason for what does not run', () => {
    expect(told(({ clients }) => Object.assign(clients.kcat ?? {}, { configs: 'n/a' }))).toContain(
      'kcat / configs: "n/a" is neither run, n/a with a reason, nor waiting',
    );
  });

  it('has no cell that was never proved', () => {
    expect(disagreements(matrix, CODE, (cell) => cell !== 'kcat / gzip')).toEqual([
      'kcat / gzip was never proved on Apache Kafka (--against kafka-3.9 --record)',
    ]);
  });
});
