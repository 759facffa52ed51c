import { decodeFromBuffer, ErrorCode, encodeToBuffer, FetchResponse, ZERO_UUID } from '@ottla/protocol';
import { expect, test } from 'vitest';
import { FetchSession, type FetchTarget } from './fetch-session.ts';

const ID_A = 'AAAAAAAAAAAAAAAAAAAAAg';
const ID_B = 'AAAAAAAAAAAAAAAAAAAAAw';

function target(partition: number, fetchOffset: number, more: Partial<FetchTarget> = {}): FetchTarget {
  return {
    topic: 'a',
    topicId: ID_A,
    partition,
    fetchOffset,
    maxBytes: 10,
    leaderEpoch: 1,
    lastFetchedEpoch: -1,
    ...more,
  };
}

function answer(sessionId: number, errorCode: number = ErrorCode.NONE): FetchResponse {
  return decodeFromBuffer(
    FetchResponse,
    encodeToBuffer(FetchResponse, { sessionId, errorCode, responses: [] }, 13),
    13,
  );
}

function asked({
  topics,
}: {
  topics: readonly { topic?: string | undefined; partitions: readonly { partition: number }[] }[];
}): string[] {
  return topics.flatMap(({ topic, partitions }) => partitions.map(({ partition }) => `${topic}-${partition}`));
}

test('the first fetch names all, the next ones what changed', () => {
  const session = new FetchSession();
  const full = session.build([target(0, 5), target(1, 6)], 13);
  expect([full.sessionId, full.sessionEpoch, asked(full)]).toEqual([0, 0, ['a-0', 'a-1']]);
  session.accept(answer(77));
  const next = session.build([target(0, 5), target(1, 8), target(2, 0)], 13);
  expect([next.sessionId, next.sessionEpoch, asked(next)]).toEqual([77, 1, ['a-1', 'a-2']]);
  session.accept(answer(77));
  const fewer = session.build([target(0, 5)], 13);
  expect([fewer.sessionEpoch, asked(fewer), fewer.forgottenTopicsData]).toEqual([
    2,
    [],
    [{ topic: 'a', topicId: ID_A, partitions: [1, 2] }],
  ]);
});

test('a broker that keeps no session is asked for everything each time', () => {
  const session = new FetchSession();
  for (let i = 0; i < 2; i++) {
    const full = session.build([target(0, i)], 13);
    expect([full.sessionId, full.sessionEpoch, asked(full)]).toEqual([0, 0, ['a-0']]);
    session.accept(answer(0));
  }
});

test('a session that the broker forgot, or that nobody knows the state of, starts over', () => {
  const session = new FetchSession();
  const open = (): void => {
    session.build([target(0, 5)], 13);
    session.accept(answer(77));
  };
  open();
  session.build([target(0, 6)], 13);
  expect(session.accept(answer(0, ErrorCode.FETCH_SESSION_ID_NOT_FOUND))).toBe(false);
  expect(session.build([target(0, 6)], 13)).toMatchObject({ sessionId: 0, sessionEpoch: 0 });
  open();
  session.build([target(0, 6)], 13);
  session.failed();
  // The old one is closed by the request that opens the new one.
  const again = session.build([target(0, 6)], 13);
  expect([again.sessionId, again.sessionEpoch, asked(again)]).toEqual([77, 0, ['a-0']]);
});

test('a topic that was made anew is forgotten and asked for again', () => {
  const session = new FetchSession();
  session.build([target(0, 5)], 13);
  session.accept(answer(77));
  const next = session.build([target(0, 5, { topicId: ID_B })], 13);
  expect(next.topics).toMatchObject([{ topicId: ID_B }]);
  expect(next.forgottenTopicsData).toMatchObject([{ topicId: ID_A, partitions: [0] }]);
  expect(session.topicOf('', ID_B)).toBe('a');
});

test('topics without ids, and brokers that take none, start a session of their own kind', () => {
  const session = new FetchSession();
  session.build([target(0, 5)], 13);
  session.accept(answer(77));
  const named = session.build([target(0, 5), target(0, 0, { topic: 'b', topicId: ZERO_UUID })], 13);
  expect([named.usesTopicIds, named.sessionEpoch, asked(named)]).toEqual([false, 0, ['a-0', 'b-0']]);
  expect(session.build([target(0, 5)], 6)).toMatchObject({ sessionId: 0, sessionEpoch: -1 });
});
