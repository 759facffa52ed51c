import { present } from '../invariant.ts';

/** A place in a heap, from `push`; good for one `remove`. */
export interface HeapHandle<T> {
  readonly value: T;
}

class Node<T> implements HeapHandle<T> {
  readonly value: T;
  readonly order: number;
  /** Position in the array; -1 once it has left the heap. */
  index: number;
  constructor(value: T, order: number, index: number) {
    this.value = value;
    this.order = order;
    this.index = index;
  }
}

/** A min-heap whose entries can be removed by handle. Equal entries leave in the order they came. */
export class BinaryHeap<T> {
  readonly #compare: (a: T, b: T) => number;
  #nodes: Node<T>[] = [];
  #pushed = 0;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#nodes.length;
  }

  push(value: T): HeapHandle<T> {
    const node = new Node(value, this.#pushed++, this.#nodes.length);
    this.#nodes.push(node);
    this.#up(node);
    return node;
  }

  peek(): T | undefined {
    return this.#nodes[0]?.value;
  }

  pop(): T | undefined {
    const first = this.#nodes[0];
    if (first === undefined) return undefined;
    this.#take(first);
    return first.value;
  }

  /** False when the entry has already left this heap. */
  remove(handle: HeapHandle<T>): boolean {
    if (!(handle instanceof Node) || this.#nodes[handle.index] !== handle) return false;
    this.#take(handle);
    return true;
  }

  clear(): void {
    for (const node of this.#nodes) node.index = -1;
    this.#nodes = [];
  }

  /** In no particular order. */
  *values(): IterableIterator<T> {
    for (const node of this.#nodes) yield node.value;
  }

  #take(node: Node<T>): void {
    const last = present(this.#nodes.pop(), 'a heap entry outside its heap');
    if (last !== node) {
      last.index = node.index;
      this.#nodes[last.index] = last;
      this.#up(last);
      this.#down(last);
    }
    node.index = -1;
  }

  #before(a: Node<T>, b: Node<T>): boolean {
    const order = this.#compare(a.value, b.value);
    return order < 0 || (order === 0 && a.order < b.order);
  }

  #up(node: Node<T>): void {
    while (node.index > 0) {
      const parent = this.#nodes[(node.index - 1) >> 1];
      if (parent === undefined || !this.#before(node, parent)) return;
      this.#swap(node, parent);
    }
  }

  #down(node: Node<T>): void {
    for (;;) {
      const left = this.#nodes[node.index * 2 + 1];
      const right = this.#nodes[node.index * 2 + 2];
      if (left === undefined) return;
      const child = right !== undefined && this.#before(right, left) ? right : left;
      if (!this.#before(child, node)) return;
      this.#swap(child, node);
    }
  }

  #swap(a: Node<T>, b: Node<T>): void {
    const index = a.index;
    a.index = b.index;
    b.index = index;
    this.#nodes[a.index] = a;
    this.#nodes[b.index] = b;
  }
}
