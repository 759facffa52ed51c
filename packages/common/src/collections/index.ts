export type { HeapHandle } from './binary-heap.ts';
export { BinaryHeap } from './binary-heap.ts';
export { LruMap } from './lru-map.ts';
export { RingQueue } from './ring-queue.ts';
export type { TimerTask, TimingWheelOptions } from './timing-wheel.ts';
export { TimingWheel } from './timing-wheel.ts';
