import { ErrorCode } from '@ottla/protocol';
import { describe, expect, test } from 'vitest';
import { answered, GroupHarness } from '../test-support/group-harness.ts';
import { joinError } from './results.ts';

describe('joining', () => {
  test('an empty group waits for more members before the first generation', async () => {
    const group = new GroupHarness();
    const first = group.join('');
    await group.advance(2_000);
    expect(first.value).toBeUndefined();
    const second = group.join('');
    await group.advance(2_000);
    // The second one came during the delay: it is lengthened once more.
    expect(first.value).toBeUndefined();
    await group.advance(2_100);
    expect(answered(first).generationId).toBe(1);
    expect(answered(second).leaderId).toBe(answered(first).memberId);
    expect(answered(first).members.map(({ memberId }) => memberId)).toEqual([
      answered(first).memberId,
      answered(second).memberId,
    ]);
    expect(answered(second).members).toEqual([]);
  });

  test('a new member of JoinGroup v4 is given its id first, and loses it when it does not come back', async () => {
    const group = new GroupHarness();
    const refused = answered(group.join('', { requireKnownMemberId: true }));
    expect(refused.error).toBe(ErrorCode.MEMBER_ID_REQUIRED);
    expect(refused.memberId).toMatch(/^client-[0-9a-f-]{36}$/);
    await group.advance(11_000);
    expect(answered(group.join(refused.memberId)).error).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('session timeouts outside the limits, unknown members, and protocols nobody shares are refused', async () => {
    const group = new GroupHarness();
    expect(answered(group.join('', { sessionTimeoutMs: 5_999 }))).toEqual(
      joinError('', ErrorCode.INVALID_SESSION_TIMEOUT),
    );
    expect(answered(group.join('stranger')).error).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    await group.stable(1);
    expect(answered(group.join('', { protocols: [{ name: 'sticky', metadata: Buffer.alloc(0) }] })).error).toBe(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    );
    expect(answered(group.join('', { protocolType: 'connect' })).error).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  });

  test('group.max.size is the most members there are', async () => {
    const group = new GroupHarness();
    await group.stable(3);
    expect(answered(group.join('')).error).toBe(ErrorCode.GROUP_MAX_SIZE_REACHED);
  });

  test('a second member makes the first one join again, and both get the next generation', async () => {
    const group = new GroupHarness();
    const [leader] = await group.stable(1);
    if (leader === undefined) throw new Error('no leader');
    const second = group.join('');
    expect(group.heartbeat(leader)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    const again = group.join(leader.memberId);
    expect(answered(again).generationId).toBe(2);
    expect(answered(second).generationId).toBe(2);
  });

  test('a member that does not join again within the rebalance timeout is out', async () => {
    const group = new GroupHarness();
    const [leader, follower] = await group.stable(2, { rebalanceTimeoutMs: 20_000, sessionTimeoutMs: 60_000 });
    if (leader === undefined || follower === undefined) throw new Error('two members');
    const again = group.join(leader.memberId, { rebalanceTimeoutMs: 20_000, sessionTimeoutMs: 60_000 });
    await group.advance(20_100);
    expect(answered(again).members).toHaveLength(1);
    expect(group.heartbeat(follower)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('a follower that joins a stable group with what it had gets the present generation', async () => {
    const group = new GroupHarness();
    const [leader, follower] = await group.stable(2);
    if (leader === undefined || follower === undefined) throw new Error('two members');
    expect(answered(group.join(follower.memberId)).generationId).toBe(1);
    expect(group.heartbeat(leader)).toBe(ErrorCode.NONE);
  });
});

describe('assignments', () => {
  test("members get their part of the leader's assignment, whoever syncs first", async () => {
    const group = new GroupHarness();
    const joins = [group.join(''), group.join('')];
    await group.advance(10_000);
    const [leader, follower] = joins.map((join) => answered(join));
    if (leader === undefined || follower === undefined) throw new Error('two members');
    const early = group.sync(follower);
    expect(early.value).toBeUndefined();
    const own = group.sync(leader, { [leader.memberId]: 'a', [follower.memberId]: 'b' });
    await group.settle();
    expect(answered(own).assignment.toString()).toBe('a');
    expect(answered(early).assignment.toString()).toBe('b');
    expect(answered(group.sync(follower)).assignment.toString()).toBe('b');
  });

  test('an assignment that is not committed is not handed out', async () => {
    const group = new GroupHarness();
    const join = group.join('');
    await group.advance(10_000);
    group.log.holdHighWatermark = true;
    const sync = group.sync(answered(join), { [answered(join).memberId]: 'a' });
    await group.settle();
    expect(sync.value).toBeUndefined();
    group.log.commit();
    expect(answered(sync).assignment.toString()).toBe('a');
  });

  test('an assignment that cannot be written fails the sync and starts over', async () => {
    const group = new GroupHarness();
    const join = group.join('');
    await group.advance(10_000);
    group.log.refuseAppends = ErrorCode.NOT_ENOUGH_REPLICAS;
    const sync = group.sync(answered(join), { [answered(join).memberId]: 'a' });
    expect(answered(sync).error).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect(group.heartbeat(answered(join))).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
  });

  test('wrong generations and protocols are told apart', async () => {
    const group = new GroupHarness();
    const [leader] = await group.stable(1);
    if (leader === undefined) throw new Error('no leader');
    expect(answered(group.sync({ ...leader, generationId: 9 })).error).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(answered(group.sync({ ...leader, memberId: 'x' })).error).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(group.heartbeat({ ...leader, generationId: 9 })).toBe(ErrorCode.ILLEGAL_GENERATION);
  });
});

describe('sessions', () => {
  test('a member that is not heard of is removed; one that sends heartbeats stays', async () => {
    const group = new GroupHarness();
    const [leader, follower] = await group.stable(2);
    if (leader === undefined || follower === undefined) throw new Error('two members');
    for (let turn = 0; turn < 3; turn++) {
      await group.advance(4_000);
      group.heartbeat(leader);
    }
    expect(group.heartbeat(follower)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(group.heartbeat(leader)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
  });

  test('the last member that leaves makes the group empty', async () => {
    const group = new GroupHarness();
    const [leader] = await group.stable(1);
    if (leader === undefined) throw new Error('no leader');
    expect(group.leave(leader.memberId)).toBe(ErrorCode.NONE);
    expect(group.shard.group('g')?.state).toBe('Empty');
    expect(group.leave(leader.memberId)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });
});

describe('static members', () => {
  const alpha = { groupInstanceId: 'alpha' };

  test('one that comes back takes its place without a rebalance, and the old one is fenced', async () => {
    const group = new GroupHarness();
    const joins = [group.join('', alpha), group.join('', { groupInstanceId: 'beta' })];
    await group.advance(10_000);
    const [leader, follower] = joins.map((join) => answered(join));
    if (leader === undefined || follower === undefined) throw new Error('two members');
    group.sync(leader, { [leader.memberId]: 'a', [follower.memberId]: 'b' }, 'alpha');
    const old = group.sync(follower, {}, 'beta');
    await group.settle();
    expect(answered(old).assignment.toString()).toBe('b');

    const back = group.join('', { groupInstanceId: 'beta' });
    await group.settle();
    expect(answered(back).generationId).toBe(1);
    expect(answered(back).memberId).not.toBe(follower.memberId);
    expect(group.heartbeat(leader, 'alpha')).toBe(ErrorCode.NONE);
    expect(group.heartbeat(follower, 'beta')).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(answered(group.sync(answered(back), {}, 'beta')).assignment.toString()).toBe('b');
  });

  test('a leader that comes back is told to keep the assignment (KIP-814), or, before that, that another leads', async () => {
    const group = new GroupHarness();
    const first = group.join('', alpha);
    await group.advance(10_000);
    group.sync(answered(first), { [answered(first).memberId]: 'a' }, 'alpha');
    await group.settle();
    const newer = group.join('', alpha);
    await group.settle();
    expect(answered(newer)).toMatchObject({ skipAssignment: true, leaderId: answered(newer).memberId });
    const older = group.join('', { ...alpha, supportsSkippingAssignment: false });
    await group.settle();
    expect(answered(older)).toMatchObject({ skipAssignment: false, leaderId: answered(newer).memberId, members: [] });
  });

  test('it can be removed by its instance id alone', async () => {
    const group = new GroupHarness();
    const first = group.join('', alpha);
    await group.advance(10_000);
    group.sync(answered(first), { [answered(first).memberId]: 'a' }, 'alpha');
    await group.settle();
    expect(group.leave('other', 'alpha')).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(group.leave('', 'alpha')).toBe(ErrorCode.NONE);
    expect(group.shard.group('g')?.members.size).toBe(0);
  });
});
