import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BinaryHeap, type HeapHandle } from './binary-heap.ts';
import { LruMap } from './lru-map.ts';
import { RingQueue } from './ring-queue.ts';

describe('BinaryHeap', () => {
  test('gives what a sorted list gives, whatever is pushed, popped and removed; equal ones in order of arrival', () => {
    const command = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('push' as const), value: fc.integer({ min: 0, max: 50 }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('pop' as const) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), index: fc.nat() }) },
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200, size: 'max' }), (script) => {
        const heap = new BinaryHeap<{ value: number; id: number }>((a, b) => a.value - b.value);
        let model: { value: number; id: number }[] = [];
        const handles: HeapHandle<{ value: number; id: number }>[] = [];
        for (const [id, step] of script.entries()) {
          if (step.kind === 'push') {
            const entry = { value: step.value, id };
            handles.push(heap.push(entry));
            model.push(entry);
            model.sort((a, b) => a.value - b.value || a.id - b.id);
          } else if (step.kind === 'pop') {
            expect(heap.pop()).toBe(model.shift());
          } else {
            const handle = handles[step.index % Math.max(handles.length, 1)];
            if (handle === undefined) continue;
            expect(heap.remove(handle)).toBe(model.includes(handle.value));
            model = model.filter((entry) => entry !== handle.value);
          }
          expect(heap.size).toBe(model.length);
          expect(heap.peek()).toBe(model[0]);
        }
        expect([...heap.values()].sort((a, b) => a.value - b.value || a.id - b.id)).toEqual(model);
      }),
    );
  });

  test('a handle of another heap, or of a cleared one, removes nothing', () => {
    const [one, other] = [new BinaryHeap<number>((a, b) => a - b), new BinaryHeap<number>((a, b) => a - b)];
    const handle = one.push(1);
    other.push(1);
    expect(other.remove(handle)).toBe(false);
    one.clear();
    expect(one.remove(handle)).toBe(false);
    expect(other.size).toBe(1);
  });
});

describe('RingQueue', () => {
  test('is a list with a limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70 }), fc.array(fc.option(fc.integer())), (limit, script) => {
        const queue = new RingQueue<number>(limit);
        const model: number[] = [];
        for (const value of script) {
          if (value === null) expect(queue.shift()).toBe(model.shift());
          else {
            expect(queue.push(value)).toBe(model.length < limit);
            if (model.length < limit) model.push(value);
          }
          expect(queue.size).toBe(model.length);
          expect(queue.peek()).toBe(model[0]);
          expect(queue.at(model.length - 1)).toBe(model.at(-1));
          expect(queue.at(model.length)).toBeUndefined();
        }
        queue.clear();
        expect(queue.shift()).toBeUndefined();
      }),
    );
  });
});

test('LruMap drops what was used least recently', () => {
  const evicted: string[] = [];
  const map = new LruMap<string, number>(2, (key) => evicted.push(key));
  map.set('a', 1);
  map.set('b', 2);
  expect(map.get('a')).toBe(1);
  map.set('c', 3);
  expect(evicted).toEqual(['b']);
  map.set('a', 4);
  map.set('d', 5);
  expect(evicted).toEqual(['b', 'c']);
  expect([...map.entries()]).toEqual([
    ['a', 4],
    ['d', 5],
  ]);
  expect(map.size).toBe(2);
  expect(map.delete('a')).toBe(true);
  expect(map.has('a')).toBe(false);
});
