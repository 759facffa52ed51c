import type {
  ChildrenResult,
  Coordination,
  CreateOptions,
  CreateResult,
  Empty,
  ExistsResult,
  GetResult,
  MultiOp,
  MultiResults,
  Outcome,
  Session,
  SessionState,
  SetResult,
  Stat,
  Watch,
} from '../coordination.ts';
import type { EmbeddedStore } from './store.ts';
import { single } from './store.ts';
import type { Applied } from './tree.ts';

/** One client of an embedded store. */
export class EmbeddedSession implements Coordination {
  readonly #store: EmbeddedStore;
  readonly #id: string;
  readonly #listeners = new Set<(state: SessionState) => void>();
  #state: SessionState = 'connected';

  constructor(store: EmbeddedStore, id: string) {
    this.#store = store;
    this.#id = id;
  }

  get session(): Session {
    return { id: this.#id, state: this.#state };
  }

  create(path: string, data: Buffer | null, options: CreateOptions = {}): Promise<Outcome<CreateResult>> {
    return this.#write([{ op: 'create', path, data, ...options }], (applied) => {
      const result = applied.results[0];
      const stat = applied.createdStats[0];
      if (result?.op !== 'create' || stat === undefined) throw new Error(`no answer to create ${path}`);
      return { path: result.path, stat };
    });
  }

  set(path: string, data: Buffer | null, version: number): Promise<Outcome<SetResult>> {
    return this.#write([{ op: 'set', path, data, version }], (applied) => ({ stat: setStat(applied) }));
  }

  delete(path: string, version: number): Promise<Outcome<Empty>> {
    return this.#write([{ op: 'delete', path, version }], () => ({}));
  }

  multi(ops: readonly MultiOp[]): Promise<Outcome<MultiResults>> {
    const path = ops[0]?.path ?? '/';
    if (this.#state === 'expired') return Promise.resolve(expired(path));
    return new Promise((resolve) => {
      this.#store.submit({
        kind: 'write',
        sessionId: this.#id,
        ops,
        settle: (outcome) => resolve(outcome.ok ? { ok: true, results: outcome.results } : outcome),
      });
    });
  }

  get(path: string, watch?: Watch): Promise<Outcome<GetResult>> {
    return this.#read(path, () => this.#store.tree.get(path, this.#id, watch));
  }

  exists(path: string, watch?: Watch): Promise<Outcome<ExistsResult>> {
    return this.#read(path, () => this.#store.tree.exists(path, this.#id, watch));
  }

  children(path: string, watch?: Watch): Promise<Outcome<ChildrenResult>> {
    return this.#read(path, () => this.#store.tree.children(path, this.#id, watch));
  }

  sync(path: string): Promise<Outcome<Empty>> {
    return this.#read<Empty>(path, () => ({ ok: true }));
  }

  onSession(listener: (state: SessionState) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  close(): Promise<void> {
    if (this.#state === 'expired') return Promise.resolve();
    this.#state = 'expired';
    return this.#store.endSession(this.#id);
  }

  /** The store's side of an expiry. */
  expire(): Promise<void> {
    if (this.#state === 'expired') return Promise.resolve();
    this.#state = 'expired';
    const ended = this.#store.endSession(this.#id);
    for (const listener of this.#listeners) listener('expired');
    return ended;
  }

  #write<T>(ops: readonly MultiOp[], pick: (applied: Applied) => T): Promise<Outcome<T>> {
    if (this.#state === 'expired') return Promise.resolve(expired(ops[0]?.path ?? '/'));
    return new Promise((resolve) => {
      this.#store.submit({
        kind: 'write',
        sessionId: this.#id,
        ops,
        settle: (outcome) => resolve(single(outcome, pick)),
      });
    });
  }

  #read<T>(path: string, look: () => Outcome<T>): Promise<Outcome<T>> {
    if (this.#state === 'expired') return Promise.resolve(expired(path));
    return new Promise((resolve) => {
      let seen: Outcome<T> | undefined;
      this.#store.submit({
        kind: 'read',
        look: () => {
          seen = look();
        },
        settle: () => resolve(seen ?? expired(path)),
      });
    });
  }
}

function expired(path: string): { ok: false; code: 'SessionExpired'; path: string } {
  return { ok: false, code: 'SessionExpired', path };
}

function setStat(applied: Applied): Stat {
  const result = applied.results[0];
  if (result?.op !== 'set') throw new Error('no answer to set');
  return result.stat;
}
