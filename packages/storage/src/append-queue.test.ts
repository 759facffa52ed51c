import { expect, test } from 'vitest';
import { batch, CLIENT, openLog, testPlatform } from './test-support/logs.ts';

async function open() {
  const { manager, log } = await openLog(testPlatform());
  const written: number[] = [];
  const sink = { appended: (token: number) => void written.push(token) };
  const append = (token: number): void => {
    expect(log.appendAsLeader(batch(['a']), CLIENT, sink, token)).toBeUndefined();
  };
  const input = (source: number, ...tokens: number[]): void => {
    manager.beginInput(source);
    tokens.forEach(append);
    manager.endInput();
  };
  const turn = (): Promise<void> => new Promise((resolve) => manager.platform.clock.endOfTurn(resolve));
  return { written, append, input, turn };
}

test('what the only source of a log brings is written when its input is dealt with', async () => {
  const { written, input } = await open();
  input(1, 0, 1);
  expect(written).toEqual([0, 1]);
  input(1, 2);
  expect(written).toEqual([0, 1, 2]);
});

test('what two sources bring to one log waits for the end of the turn and is written together', async () => {
  const { written, input, turn } = await open();
  input(1, 0);
  input(2, 1);
  input(1, 2);
  expect(written).toEqual([0]);
  await turn();
  expect(written).toEqual([0, 1, 2]);
});

test('appends outside any input wait for the end of the turn, or go with the next input; the order stays', async () => {
  const { written, append, input, turn } = await open();
  append(0);
  expect(written).toEqual([]);
  input(1, 1);
  expect(written).toEqual([0, 1]);
  append(2);
  await turn();
  expect(written).toEqual([0, 1, 2]);
});
