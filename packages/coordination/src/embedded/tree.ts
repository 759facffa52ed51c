import type {
  ChildrenResult,
  CoordinationErrorCode,
  ExistsResult,
  Failure,
  GetResult,
  MultiOp,
  MultiResult,
  Outcome,
  Stat,
  Watch,
} from '../coordination.ts';
import { isValidPath, joinPath, nameOf, parentOf } from '../path.ts';
import type { Fired } from './watches.ts';
import { WatchTable } from './watches.ts';
import { Znode } from './znode.ts';

/** Data of one node, bytes: ZooKeeper's default `jute.maxbuffer`. */
export const ZNODE_BYTES_MAX = 1024 * 1024 - 1;

/** A change of a persistent node as the journal keeps it: names and versions are final. */
export type Change =
  | { readonly type: 'create'; readonly path: string; readonly data: Buffer | null; readonly parentCreates: number }
  | { readonly type: 'set'; readonly path: string; readonly data: Buffer | null; readonly version: number }
  | { readonly type: 'delete'; readonly path: string };

/** A transaction that was applied. `changes` is empty when it touched ephemerals only: nothing to journal. */
export interface Applied {
  readonly ok: true;
  readonly zxid: number;
  readonly nowMs: number;
  readonly results: MultiResult[];
  readonly createdStats: (Stat | undefined)[];
  readonly changes: Change[];
  readonly fired: Fired[];
  /** Takes the transaction back; only in reverse order of application. */
  undo(): void;
}

class Abort extends Error {
  readonly failure: Failure;
  constructor(code: CoordinationErrorCode, path: string) {
    super(code);
    this.failure = { ok: false, code, path };
  }
}

/** The znodes: a synchronous state machine that knows nothing of disks. */
export class Tree {
  readonly #nodes = new Map<string, Znode>();
  readonly #ephemerals = new Map<string, Set<string>>();
  readonly #dataWatches = new WatchTable();
  readonly #childWatches = new WatchTable();
  #zxid: number;

  constructor(firstZxid = 0) {
    this.#zxid = firstZxid;
    this.#nodes.set('/', new Znode(null, 0, 0, null));
  }

  get zxid(): number {
    return this.#zxid;
  }

  /** Moves the counter on: each start of the store begins a new range, so no zxid ever comes twice. */
  advanceTo(zxid: number): void {
    if (zxid > this.#zxid) this.#zxid = zxid;
  }

  get nodeCount(): number {
    return this.#nodes.size;
  }

  get watchCount(): number {
    return this.#dataWatches.size + this.#childWatches.size;
  }

  /** Every node, parents before children, for a snapshot. */
  *entries(): IterableIterator<readonly [string, Znode]> {
    const pending = ['/'];
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      const node = this.#nodes.get(path);
      if (node === undefined) continue;
      yield [path, node];
      if (node.children !== undefined) for (const name of node.children) pending.push(joinPath(path, name));
    }
  }

  /** Puts a node from a snapshot or a journal in place; the parent must be there. */
  restore(path: string, node: Znode): boolean {
    if (path !== '/') {
      const parent = this.#nodes.get(parentOf(path));
      if (parent === undefined) return false;
      parent.children ??= new Set();
      parent.children.add(nameOf(path));
    }
    this.#nodes.set(path, node);
    return true;
  }

  /** Repeats a journaled transaction. False when it does not fit the tree. */
  replay(zxid: number, nowMs: number, changes: readonly Change[]): boolean {
    for (const change of changes) {
      const node = this.#nodes.get(change.path);
      const parent = this.#nodes.get(parentOf(change.path));
      if (parent === undefined || (change.type === 'create') !== (node === undefined)) return false;
      if (change.type === 'create') {
        this.restore(change.path, new Znode(change.data, zxid, nowMs, null));
        parent.creates = change.parentCreates;
        parent.pzxid = zxid;
      } else if (change.type === 'set' && node !== undefined) {
        node.data = change.data;
        node.version = change.version;
        node.mzxid = zxid;
        node.mtimeMs = nowMs;
      } else {
        this.#nodes.delete(change.path);
        parent.children?.delete(nameOf(change.path));
        parent.pzxid = zxid;
      }
    }
    this.advanceTo(zxid);
    return true;
  }

  get(path: string, sessionId: string, watch?: Watch): Outcome<GetResult> {
    const node = this.#nodes.get(path);
    if (node === undefined) return missing(path);
    if (watch !== undefined) this.#dataWatches.add(path, sessionId, watch);
    return { ok: true, data: node.data, stat: node.stat() };
  }

  exists(path: string, sessionId: string, watch?: Watch): Outcome<ExistsResult> {
    if (!isValidPath(path)) return { ok: false, code: 'InvalidPath', path };
    if (watch !== undefined) this.#dataWatches.add(path, sessionId, watch);
    const node = this.#nodes.get(path);
    return { ok: true, stat: node === undefined ? null : node.stat() };
  }

  children(path: string, sessionId: string, watch?: Watch): Outcome<ChildrenResult> {
    const node = this.#nodes.get(path);
    if (node === undefined) return missing(path);
    if (watch !== undefined) this.#childWatches.add(path, sessionId, watch);
    return { ok: true, names: node.children === undefined ? [] : [...node.children], stat: node.stat() };
  }

  /** Applies all of `ops` or nothing. Watches are collected, not called: the caller calls them once the change is durable. */
  apply(sessionId: string, ops: readonly MultiOp[], nowMs: number): Applied | Failure {
    const transaction = new Transaction(this.#zxid + 1, nowMs);
    for (let index = 0; index < ops.length; index++) {
      const op = ops[index];
      if (op === undefined) continue;
      try {
        this.#applyOp(sessionId, op, transaction);
      } catch (error) {
        if (!(error instanceof Abort)) throw error;
        transaction.undo();
        return { ...error.failure, failedOp: index };
      }
    }
    const before = this.#zxid;
    transaction.undos.push(() => {
      this.#zxid = before;
    });
    this.#zxid = transaction.zxid;
    return transaction;
  }

  /** What ends a session: the removal of its ephemerals, in the order of their creation. */
  sessionEnd(sessionId: string): MultiOp[] {
    const paths = this.#ephemerals.get(sessionId);
    return paths === undefined ? [] : [...paths].map((path) => ({ op: 'delete', path, version: -1 }));
  }

  dropSession(sessionId: string): void {
    this.#ephemerals.delete(sessionId);
    this.#dataWatches.dropSession(sessionId);
    this.#childWatches.dropSession(sessionId);
  }

  #applyOp(sessionId: string, op: MultiOp, transaction: Transaction): void {
    if (!isValidPath(op.path) && !(op.op === 'create' && op.sequential === true && isValidPath(`${op.path}0`))) {
      throw new Abort('InvalidPath', op.path);
    }
    if (op.op === 'create') this.#create(sessionId, op, transaction);
    else if (op.op === 'set') this.#set(op.path, op.data, op.version, transaction);
    else if (op.op === 'delete') this.#delete(op.path, op.version, transaction);
    else {
      this.#checked(op.path, op.version);
      transaction.answer({ op: 'check' });
    }
  }

  #create(sessionId: string, op: MultiOp & { op: 'create' }, transaction: Transaction): void {
    const parentPath = parentOf(op.path);
    const parent = this.#nodes.get(parentPath);
    if (parent === undefined) throw new Abort('NoNode', op.path);
    if (parent.ephemeralOwner !== null) throw new Abort('NoChildrenForEphemerals', op.path);
    checkSize(op.path, op.data);
    const path = op.sequential === true ? op.path + String(parent.creates).padStart(10, '0') : op.path;
    if (this.#nodes.has(path)) throw new Abort('NodeExists', path);
    const owner = op.ephemeral === true ? sessionId : null;
    const node = new Znode(op.data, transaction.zxid, transaction.nowMs, owner);
    const parentPzxid = parent.pzxid;
    this.restore(path, node);
    parent.creates++;
    parent.pzxid = transaction.zxid;
    if (owner !== null) this.#ephemeralsOf(owner).add(path);
    transaction.undos.push(() => {
      this.#nodes.delete(path);
      parent.children?.delete(nameOf(path));
      parent.creates--;
      parent.pzxid = parentPzxid;
      if (owner !== null) this.#ephemeralsOf(owner).delete(path);
    });
    if (owner === null)
      transaction.changes.push({ type: 'create', path, data: op.data, parentCreates: parent.creates });
    transaction.watch(this.#dataWatches, 'created', path);
    transaction.watch(this.#childWatches, 'children', parentPath);
    transaction.answer({ op: 'create', path }, node.stat());
  }

  #set(path: string, data: Buffer | null, version: number, transaction: Transaction): void {
    const node = this.#checked(path, version);
    checkSize(path, data);
    const { data: oldData, version: oldVersion, mzxid, mtimeMs } = node;
    node.data = data;
    node.version = oldVersion + 1;
    node.mzxid = transaction.zxid;
    node.mtimeMs = transaction.nowMs;
    transaction.undos.push(() => {
      node.data = oldData;
      node.version = oldVersion;
      node.mzxid = mzxid;
      node.mtimeMs = mtimeMs;
    });
    if (node.ephemeralOwner === null) transaction.changes.push({ type: 'set', path, data, version: node.version });
    transaction.watch(this.#dataWatches, 'data', path);
    transaction.answer({ op: 'set', stat: node.stat() });
  }

  #delete(path: string, version: number, transaction: Transaction): void {
    const node = this.#checked(path, version);
    if (path === '/') throw new Abort('InvalidPath', path);
    if (node.childCount > 0) throw new Abort('NotEmpty', path);
    const parentPath = parentOf(path);
    const parent = this.#nodes.get(parentPath);
    const parentPzxid = parent === undefined ? 0 : parent.pzxid;
    const owner = node.ephemeralOwner;
    this.#nodes.delete(path);
    if (parent !== undefined) {
      parent.children?.delete(nameOf(path));
      parent.pzxid = transaction.zxid;
    }
    if (owner !== null) this.#ephemerals.get(owner)?.delete(path);
    transaction.undos.push(() => {
      this.restore(path, node);
      if (parent !== undefined) parent.pzxid = parentPzxid;
      if (owner !== null) this.#ephemeralsOf(owner).add(path);
    });
    if (owner === null) transaction.changes.push({ type: 'delete', path });
    transaction.watch(this.#dataWatches, 'deleted', path);
    transaction.watch(this.#childWatches, 'deleted', path);
    transaction.watch(this.#childWatches, 'children', parentPath);
    transaction.answer({ op: 'delete' });
  }

  #checked(path: string, version: number): Znode {
    const node = this.#nodes.get(path);
    if (node === undefined) throw new Abort('NoNode', path);
    if (version !== -1 && version !== node.version) throw new Abort('BadVersion', path);
    return node;
  }

  #ephemeralsOf(sessionId: string): Set<string> {
    let paths = this.#ephemerals.get(sessionId);
    if (paths === undefined) {
      paths = new Set();
      this.#ephemerals.set(sessionId, paths);
    }
    return paths;
  }
}

class Transaction implements Applied {
  readonly ok = true as const;
  readonly zxid: number;
  readonly nowMs: number;
  readonly results: MultiResult[] = [];
  readonly createdStats: (Stat | undefined)[] = [];
  readonly changes: Change[] = [];
  readonly fired: Fired[] = [];
  readonly undos: (() => void)[] = [];

  constructor(zxid: number, nowMs: number) {
    this.zxid = zxid;
    this.nowMs = nowMs;
  }

  answer(result: MultiResult, createdStat?: Stat): void {
    this.results.push(result);
    this.createdStats.push(createdStat);
  }

  watch(table: WatchTable, type: 'created' | 'deleted' | 'data' | 'children', path: string): void {
    const putBack = table.trigger({ type, path }, this.fired);
    if (putBack !== undefined) this.undos.push(putBack);
  }

  undo(): void {
    for (let undo = this.undos.pop(); undo !== undefined; undo = this.undos.pop()) undo();
  }
}

function missing(path: string): Failure {
  return { ok: false, code: isValidPath(path) ? 'NoNode' : 'InvalidPath', path };
}

function checkSize(path: string, data: Buffer | null): void {
  if (data !== null && data.length > ZNODE_BYTES_MAX) throw new Abort('TooLarge', path);
}
