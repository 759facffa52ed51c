import { ErrorCode } from '@ottla/protocol';
import { describe, expect, test } from 'vitest';
import { answered, GroupHarness } from '../test-support/group-harness.ts';
import { deleteGroup, expireOffsets } from './delete-offsets.ts';

const DAY_MS = 24 * 3_600_000;

describe('commits', () => {
  test('are acknowledged when the high watermark has passed them, reads of them too', async () => {
    const group = new GroupHarness();
    group.log.holdHighWatermark = true;
    const commit = group.commit(7);
    let read: unknown;
    group.host.read(
      (shard) => shard.offsets.get('g', 't', 0)?.offset,
      (outcome) => {
        read = outcome;
      },
    );
    await group.settle();
    expect(commit.value).toBeUndefined();
    expect(read).toBeUndefined();
    group.log.commit();
    expect(commit.value).toEqual({ error: 0, response: [ErrorCode.NONE] });
    expect(read).toEqual({ error: 0, response: 7 });
  });

  test('that could not be written are refused, and the shard is loaded anew', async () => {
    const group = new GroupHarness();
    group.commit(1);
    await group.settle();
    group.log.failWrites = ErrorCode.KAFKA_STORAGE_ERROR;
    const failed = group.commit(2);
    await group.settle();
    expect(failed.value).toMatchObject({ error: ErrorCode.NOT_COORDINATOR });
    expect(group.lost).toBe(1);
    await group.failOver();
    expect(group.committed()).toBe(1);
  });

  test('survive a failover, as do the group, its members and their assignment', async () => {
    const group = new GroupHarness();
    const [leader] = await group.stable(1);
    if (leader === undefined) throw new Error('no leader');
    group.commit(42, { memberId: leader.memberId, generationId: leader.generationId });
    await group.settle();
    await group.failOver();
    expect(group.committed()).toBe(42);
    expect(group.heartbeat(leader)).toBe(ErrorCode.NONE);
    expect(answered(group.sync(leader)).assignment.toString()).toBe('part 0');
    // Sessions run again from the moment the shard was loaded.
    await group.advance(10_100);
    expect(group.heartbeat(leader)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('of members are checked against their group', async () => {
    const group = new GroupHarness();
    expect(group.commit(1, { generationId: 3 }).value).toMatchObject({ error: ErrorCode.ILLEGAL_GENERATION });
    const [leader] = await group.stable(1);
    if (leader === undefined) throw new Error('no leader');
    expect(group.commit(1).value).toMatchObject({ error: ErrorCode.UNKNOWN_MEMBER_ID });
    expect(group.commit(1, { memberId: leader.memberId, generationId: 9 }).value).toMatchObject({
      error: ErrorCode.ILLEGAL_GENERATION,
    });
    group.join('');
    const rejoined = answered(group.join(leader.memberId));
    expect(group.commit(1, { memberId: leader.memberId, generationId: rejoined.generationId }).value).toMatchObject({
      error: ErrorCode.REBALANCE_IN_PROGRESS,
    });
  });
});

describe('retention', () => {
  test('without a group it counts from the commit', async () => {
    const group = new GroupHarness();
    group.commit(1);
    await group.advance(6 * DAY_MS);
    group.host.write(expireOffsets, () => {});
    expect(group.committed()).toBe(1);
    await group.advance(DAY_MS);
    group.host.write(expireOffsets, () => {});
    expect(group.committed()).toBeUndefined();
    expect(group.shard.group('g')).toBeUndefined();
  });

  test('of a group that had members it counts from when the last one left', async () => {
    const group = new GroupHarness();
    const [leader] = await group.stable(1, { sessionTimeoutMs: 1_800_000 });
    if (leader === undefined) throw new Error('no leader');
    group.commit(1, { memberId: leader.memberId, generationId: leader.generationId });
    for (let heard = 0; heard < 8 * DAY_MS; heard += 1_700_000) {
      await group.advance(1_700_000);
      group.heartbeat(leader);
    }
    group.host.write(expireOffsets, () => {});
    expect(group.committed()).toBe(1);
    group.leave(leader.memberId);
    await group.advance(6 * DAY_MS);
    group.host.write(expireOffsets, () => {});
    expect(group.committed()).toBe(1);
    await group.advance(1.1 * DAY_MS);
    group.host.write(expireOffsets, () => {});
    expect(group.committed()).toBeUndefined();
  });

  test('a group is deleted with its offsets, but only when it is empty', async () => {
    const group = new GroupHarness();
    const [leader] = await group.stable(1);
    if (leader === undefined) throw new Error('no leader');
    group.commit(1, { memberId: leader.memberId, generationId: leader.generationId });
    expect(deleteGroup(group.shard, 'g').response).toBe(ErrorCode.NON_EMPTY_GROUP);
    expect(deleteGroup(group.shard, 'other').response).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
    group.leave(leader.memberId);
    group.host.write(
      (shard) => deleteGroup(shard, 'g'),
      () => {},
    );
    await group.settle();
    await group.failOver();
    expect(group.committed()).toBeUndefined();
    expect(group.shard.group('g')).toBeUndefined();
  });
});
