import { describe, expect, test } from 'vitest';
import { Verdict } from '../verdict.ts';
import { CommitRegister, NO_COMMIT } from './commit-register.ts';
import { GroupModel } from './group-model.ts';
import { PartitionModel } from './partition-model.ts';
import { Send } from './send.ts';

describe('what is known of a partition', () => {
  function model() {
    const sends = new Map(['a', 'b', 'c', 'again'].map((id) => [id, new Send(id, id === 'again')] as const));
    return { sends, model: new PartitionModel('t', 0, new Verdict(), sends) };
  }

  test('an offset has one record, a record one offset', () => {
    const { model: one, sends } = model();
    one.learn(0, 'a', 1);
    one.learn(0, 'a', 1, { baseOffset: 0, epoch: 0, crc: 1 });
    expect(() => one.learn(0, 'b', 1)).toThrow('inconsistent-offsets');
    expect(() => one.learn(1, 'a', 1)).toThrow('duplicate');
    expect(() => one.learn(0, 'a', 1, { baseOffset: 0, epoch: 0, crc: 2 })).toThrow('R10 bytes');
    expect(() => one.learn(1, 'x', 1)).toThrow('phantom');
    one.learn(1, 'again', 1);
    one.learn(2, 'again', 1);
    const refused = sends.get('b');
    if (refused !== undefined) refused.state = 'refused';
    expect(() => one.learn(3, 'b', 1)).toThrow('refused-write');
  });

  test('a kill costs nothing, a power loss what was not flushed', () => {
    const { model: one, sends } = model();
    for (const [offset, id] of ['a', 'b', 'c'].entries()) {
      one.learn(offset, id, 1);
      const send = sends.get(id);
      if (send !== undefined) send.state = 'acked';
    }
    one.restarted(2, 0, 3, 'kill', 3);
    expect(() => one.restarted(3, 0, 2, 'kill', 0)).toThrow('lost-write');
    expect(() => one.restarted(3, 0, 1, 'powerLoss', 2)).toThrow('lost-write');
    one.restarted(3, 0, 1, 'powerLoss', 1);
    expect([...sends.values()].map(({ state }) => state)).toEqual(['acked', 'lost', 'lost', 'pending']);
    // What the life before says late is history; the offset is free.
    one.learn(1, 'b', 2);
    expect(one.endOffset).toBe(1);
    one.learn(1, 'c', 3);
  });
});

describe('a committed offset', () => {
  test('is the last one acknowledged, or one whose outcome is open', () => {
    const register = new CommitRegister('g/t-0', new Verdict());
    const read = (value: number) => register.read(register.beginRead(), value);
    read(NO_COMMIT);
    register.acked(register.begin(5));
    expect(() => read(NO_COMMIT)).toThrow('R15');
    read(5);
    const open = register.begin(6);
    read(5);
    read(6);
    register.acked(register.begin(7));
    // The request may still be on its way.
    read(6);
    register.brokerEnded(false);
    register.acked(register.begin(8));
    expect(() => read(6)).toThrow('R15');
    register.acked(open);
    expect(() => read(6)).toThrow('R15');
    read(8);
  });

  test('may be an earlier one after a power loss, until the next', () => {
    const register = new CommitRegister('g/t-0', new Verdict());
    const read = (value: number) => register.read(register.beginRead(), value);
    register.acked(register.begin(5));
    const late = register.begin(6);
    register.brokerEnded(true);
    register.acked(late);
    for (const value of [NO_COMMIT, 5, 6]) read(value);
    register.acked(register.begin(7));
    for (const value of [NO_COMMIT, 5, 6]) expect(() => read(value)).toThrow('R15');
    read(7);
  });
});

test('an assignment is what the leader said, and generations go up', () => {
  const group = new GroupModel('g', new Verdict());
  group.planned(1, 'leader', new Map([['m', Buffer.from('x')]]));
  group.synced(1, 'leader', 'm', Buffer.from('x'), 1);
  expect(() => group.synced(1, 'leader', 'm', Buffer.from('y'), 1)).toThrow('R17 assignment');
  expect(() => group.joined(0, 'm')).toThrow('R17 generation');
  group.brokerEnded(true, 1);
  group.joined(0, 'm');
});
