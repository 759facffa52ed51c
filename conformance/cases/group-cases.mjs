// Consumer groups: who owns what, and that nothing is missed or read twice meanwhile.
import { expect } from '../lib/cells.mjs';
import { keyOf } from '../lib/records.mjs';

const PARTITIONS = 4;
/** Longer than the slowest machine takes to start a program again. */
const SESSION_MS = 120_000;

const changes = (events) => events.filter((event) => event.event === 'assigned').map((event) => event.partitions);
const owned = (events) => changes(events).at(-1) ?? [];
const records = (events) => events.filter((event) => event.event === 'record');

/** The places read at this offset or later. */
const placesFrom = (events, offset) =>
  new Set(
    records(events)
      .filter((record) => record.offset >= offset)
      .map((record) => `${record.partition}@${record.offset}`),
  );

/** Every record's key fits its place, none came twice, and all came. */
function expectOnce(members, count) {
  const seen = new Map();
  for (const record of members.flatMap((member) => records(member.events))) {
    const i = record.offset * PARTITIONS + record.partition;
    expect(
      record.key === keyOf(i),
      `partition ${record.partition}, offset ${record.offset}: key ${record.key} instead of ${keyOf(i)}`,
    );
    seen.set(i, (seen.get(i) ?? 0) + 1);
  }
  const twice = [...seen.values()].filter((times) => times > 1).length;
  expect(twice === 0, `${twice} records were read twice, though each member committed before it gave up a partition`);
  expect(seen.size === count, `${seen.size} of ${count} records were read`);
}

/** Two members that own two partitions each. */
function expectHalves(first, second) {
  const both = [...owned(first.events), ...owned(second.events)].sort((a, b) => a - b);
  expect(both.join() === '0,1,2,3', `the two own ${both}`);
}

/** A second member joins and takes half, the first leaves, the second takes all; nothing is missed. */
export const groupOfTwo = (at, client) => twoMembers(at, client, {}, () => {});

/** As `groupOfTwo`, but what a member keeps it never gives up in between (KIP-429). */
export const cooperativeGroup = (at, client) =>
  twoMembers(at, client, { assignor: 'cooperative-sticky' }, (first, changesBefore) => {
    const kept = owned(first.events);
    const since = changes(first.events).slice(changesBefore);
    expect(
      since.every((partitions) => kept.every((partition) => partitions.includes(partition))),
      `the first member gave up what it kept: ${JSON.stringify(since)}`,
    );
  });

async function twoMembers(at, client, options, onShared) {
  const topic = await at.topic(`${client.name}-group`, PARTITIONS);
  const group = at.unique(`${client.name}-g`);
  const base = Date.now();
  const join = () => at.client(client, 'group', { topic, group, ...options });
  const produce = (start) =>
    at.produce(client, topic, { start, count: 40, partitions: PARTITIONS, base, firstOffset: start / PARTITIONS });
  const first = await join();
  await first.until('the first member owns all', (events) => owned(events).length === PARTITIONS);
  await produce(0);
  await first.until('the first member reads all', (events) => records(events).length >= 40);

  const changesBefore = changes(first.events).length;
  const second = await join();
  await second.until('the second member owns half', (events) => owned(events).length === 2);
  await first.until('the first member keeps half', (events) => owned(events).length === 2);
  expectHalves(first, second);
  onShared(first, changesBefore);
  const before = records(first.events).length;
  await produce(40);
  await first.until('the first member reads its half', (events) => placesFrom(events, 10).size >= 20);
  await second.until('the second member reads its half', (events) => placesFrom(events, 10).size >= 20);
  const mine = records(first.events)
    .slice(before)
    .filter((record) => record.offset >= 10);
  expect(
    mine.every((record) => owned(first.events).includes(record.partition)),
    'the first member read from a partition it does not own',
  );

  first.say('leave');
  await first.finish();
  expect(first.events.at(-1)?.event === 'closed', `the first member did not close\n    ${first.story()}`);
  await second.until('the second member owns all', (events) => owned(events).length === PARTITIONS);
  await produce(80);
  await second.until('the second member reads all', (events) => placesFrom(events, 20).size >= 40);
  second.say('leave');
  await second.finish();
  expectOnce([first, second], 120);
}

/** A member that is killed and comes back under its instance id gets its partitions again, and the other one notices nothing (KIP-345). */
export async function staticMember(at, client) {
  const topic = await at.topic(`${client.name}-static`, PARTITIONS);
  const group = at.unique(`${client.name}-s`);
  const join = (instance) =>
    at.client(client, 'group', { topic, group, instance, session: SESSION_MS }, undefined, { own: true });
  const first = await join('first');
  await first.until('the first member owns all', (events) => owned(events).length === PARTITIONS);
  const second = await join('second');
  await second.until('the second member owns half', (events) => owned(events).length === 2);
  await first.until('the first member keeps half', (events) => owned(events).length === 2);
  expectHalves(first, second);

  const changesBefore = changes(first.events).length;
  second.kill();
  await second.exit;
  const again = await join('second');
  await again.until('the second member owns half again', (events) => owned(events).length === 2);
  expect(
    owned(again.events).join() === owned(second.events).join(),
    `it owned ${owned(second.events)} and now ${owned(again.events)}`,
  );
  await at.produce(client, topic, { count: 40, partitions: PARTITIONS });
  await first.until('the first member reads its half', (events) => records(events).length >= 20);
  await again.until('the second member reads its half', (events) => records(events).length >= 20);
  expectOnce([first, again], 40);
  expect(changes(first.events).length === changesBefore, 'the group was rebalanced for a static member that came back');
}

/** A member reads 40, commits and leaves; the next one starts at 40. A commit is kept with no member there. */
export async function commitAndResume(at, client) {
  const topic = await at.topic(`${client.name}-resume`);
  const group = at.unique(`${client.name}-r`);
  await at.produce(client, topic, { count: 100 });
  let next = 0;
  for (const max of [40, 25, 35]) {
    const member = await at.client(client, 'group', { topic, group, max });
    await member.finish();
    const offsets = records(member.events).map((record) => record.offset);
    const expected = Array.from({ length: max }, (_, k) => next + k);
    expect(
      offsets.join() === expected.join(),
      `read offsets ${offsets[0]}..${offsets.at(-1)} (${offsets.length}) instead of ${next}..${next + max - 1}\n    ${member.story()}`,
    );
    next += max;
  }
}
