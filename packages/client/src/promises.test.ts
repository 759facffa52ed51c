import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** The rows of README's table: a promise, and its tests by file. */
const ROWS = [...read('../README.md').matchAll(/^\| (\d+)\. ([^|]+) \| ([^|]+) \|$/gm)].map(
  ([, number, , tests = '']) => ({
    number: Number(number),
    tests: tests.split(/(?=`[\w/-]+\.test\.ts`)/).flatMap((part) => {
      const file = /`([\w/-]+\.test\.ts)`/.exec(part)?.[1] ?? '';
      return [...part.matchAll(/\*([^*]+)\*/g)].map(([, title = '']) => ({ file, title }));
    }),
  }),
);

test('README names ten promises, each with a test that is there', () => {
  expect(ROWS.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const { number, tests } of ROWS) {
    expect(tests.length, `promise ${number}`).toBeGreaterThan(0);
    for (const { file, title } of tests) expect(read(file), file).toMatch(new RegExp(`'${escaped(title)}(: %s)?'`));
  }
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
