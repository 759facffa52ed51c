import { describe, expect, test } from 'vitest';
import type { Coordination, Failure, MultiOp, Outcome, WatchEvent } from '../coordination.ts';

/** A store that several clients share, however it is made. */
export interface ContractStore {
  connect(): Promise<Coordination>;
  /** Ends the client's session as if nothing had been heard of it. */
  expire(client: Coordination): Promise<void>;
  close(): Promise<void>;
}

const text = (value: string): Buffer => Buffer.from(value);

/** The answer, which must be one. */
export function ok<T>(outcome: Outcome<T>): { readonly ok: true } & T {
  if (!outcome.ok) throw new Error(`${outcome.code} at ${outcome.path}`);
  return outcome;
}

/** The refusal, which must be one. */
export function refusal(outcome: Outcome<unknown>): Failure {
  if (outcome.ok) throw new Error('expected a refusal');
  return outcome;
}

/** Collects the events of a watch. */
export class Recorder {
  readonly events: WatchEvent[] = [];
  readonly watch = (event: WatchEvent): void => {
    this.events.push(event);
  };
}

/** What every implementation of `Coordination` must do, as ZooKeeper does it. */
export function describeCoordination(name: string, open: () => Promise<ContractStore>): void {
  const withStore =
    (body: (client: Coordination, store: ContractStore) => Promise<void>) => async (): Promise<void> => {
      const store = await open();
      try {
        await body(await store.connect(), store);
      } finally {
        await store.close();
      }
    };

  describe(`${name}: nodes`, () => {
    test(
      'a node is created, read, set, and deleted, and its Stat follows',
      withStore(async (client) => {
        const created = ok(await client.create('/a', text('1')));
        expect(created.path).toBe('/a');
        expect(created.stat).toMatchObject({
          version: 0,
          cversion: 0,
          dataLength: 1,
          numChildren: 0,
          ephemeralOwner: null,
        });
        const set = ok(await client.set('/a', text('22'), 0));
        expect(set.stat).toMatchObject({ version: 1, dataLength: 2, czxid: created.stat.czxid });
        expect(set.stat.mzxid).toBeGreaterThan(created.stat.mzxid);
        const got = ok(await client.get('/a'));
        expect(got.data?.toString()).toBe('22');
        expect(got.stat).toEqual(set.stat);
        ok(await client.delete('/a', 1));
        expect(ok(await client.exists('/a')).stat).toBeNull();
        expect(refusal(await client.get('/a'))).toMatchObject({ code: 'NoNode', path: '/a' });
      }),
    );

    test(
      'null data and empty data are kept apart',
      withStore(async (client) => {
        ok(await client.create('/null', null));
        ok(await client.create('/empty', Buffer.alloc(0)));
        expect(ok(await client.get('/null')).data).toBeNull();
        expect(ok(await client.get('/empty')).data?.length).toBe(0);
      }),
    );

    test(
      'writes are conditional on the version, -1 matches any',
      withStore(async (client) => {
        ok(await client.create('/a', null));
        expect(refusal(await client.set('/a', text('x'), 1)).code).toBe('BadVersion');
        ok(await client.set('/a', text('x'), -1));
        expect(refusal(await client.delete('/a', 0)).code).toBe('BadVersion');
        ok(await client.delete('/a', -1));
        expect(refusal(await client.set('/a', text('x'), -1)).code).toBe('NoNode');
      }),
    );

    test(
      'refusals: parent missing, node there, children there, bad paths, too much data',
      withStore(async (client) => {
        expect(refusal(await client.create('/a/b', null)).code).toBe('NoNode');
        ok(await client.create('/a', null));
        expect(refusal(await client.create('/a', null)).code).toBe('NodeExists');
        ok(await client.create('/a/b', null));
        expect(refusal(await client.delete('/a', -1)).code).toBe('NotEmpty');
        for (const path of ['a', '/a/', '/a//b', '/a/./b', '/a/../b', '']) {
          expect(refusal(await client.create(path, null)).code, path).toBe('InvalidPath');
        }
        expect(refusal(await client.create('/big', Buffer.alloc(2 * 1024 * 1024))).code).toBe('TooLarge');
      }),
    );

    test(
      'children are listed by name, and change the parent’s cversion and pzxid but not its version',
      withStore(async (client) => {
        const before = ok(await client.create('/p', null)).stat;
        ok(await client.create('/p/b', null));
        ok(await client.create('/p/a', null));
        ok(await client.delete('/p/b', -1));
        const { names, stat } = ok(await client.children('/p'));
        expect(names.sort()).toEqual(['a']);
        expect(stat).toMatchObject({ version: 0, cversion: 3, numChildren: 1, mzxid: before.mzxid });
        expect(stat.pzxid).toBeGreaterThan(before.pzxid);
      }),
    );

    test(
      'sequential names count the children the parent ever had',
      withStore(async (client) => {
        ok(await client.create('/q', null));
        expect(ok(await client.create('/q/n_', null, { sequential: true })).path).toBe('/q/n_0000000000');
        ok(await client.create('/q/other', null));
        ok(await client.delete('/q/other', -1));
        expect(ok(await client.create('/q/n_', null, { sequential: true })).path).toBe('/q/n_0000000002');
        expect(ok(await client.create('/q/', null, { sequential: true })).path).toBe('/q/0000000003');
      }),
    );

    test(
      'zxids grow with every change, in the order of the answers',
      withStore(async (client) => {
        const answers: number[] = [];
        const order: number[] = [];
        const writes = Array.from({ length: 50 }, (_, index) =>
          client.create(`/n${index}`, null).then((outcome) => {
            answers.push(ok(outcome).stat.czxid);
            order.push(index);
          }),
        );
        await Promise.all(writes);
        expect(answers).toEqual([...answers].sort((a, b) => a - b));
        expect(new Set(answers).size).toBe(50);
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }),
    );
  });

  describe(`${name}: multi`, () => {
    test(
      'applies all or nothing, and names the op that failed',
      withStore(async (client) => {
        ok(await client.create('/epoch', text('1')));
        const ops: MultiOp[] = [
          { op: 'check', path: '/epoch', version: 0 },
          { op: 'create', path: '/a', data: text('a') },
          { op: 'create', path: '/a/b', data: null },
          { op: 'set', path: '/epoch', data: text('2'), version: 0 },
        ];
        const { results } = ok(await client.multi(ops));
        expect(results.map(({ op }) => op)).toEqual(['check', 'create', 'create', 'set']);
        const failed = refusal(
          await client.multi([
            { op: 'delete', path: '/a/b', version: -1 },
            { op: 'set', path: '/a', data: text('z'), version: -1 },
            { op: 'check', path: '/epoch', version: 0 },
          ]),
        );
        expect(failed).toMatchObject({ code: 'BadVersion', failedOp: 2 });
        expect(ok(await client.exists('/a/b')).stat).not.toBeNull();
        expect(ok(await client.get('/a')).data?.toString()).toBe('a');
      }),
    );

    test(
      'an ephemeral made and set in one multi gives its czxid',
      withStore(async (client) => {
        const { results } = ok(
          await client.multi([
            { op: 'create', path: '/me', data: null, ephemeral: true },
            { op: 'set', path: '/me', data: text('x'), version: 0 },
          ]),
        );
        const [, set] = results;
        if (set?.op !== 'set') throw new Error('no set');
        const { stat } = ok(await client.get('/me'));
        expect(set.stat.czxid).toBe(stat.czxid);
        expect(stat).toMatchObject({ version: 1, ephemeralOwner: client.session.id });
      }),
    );

    test(
      'a failed multi gives no sequence number away and fires no watch',
      withStore(async (client) => {
        ok(await client.create('/q', null));
        const seen = new Recorder();
        ok(await client.children('/q', seen.watch));
        refusal(
          await client.multi([
            { op: 'create', path: '/q/n_', data: null, sequential: true },
            { op: 'check', path: '/q', version: 9 },
          ]),
        );
        expect(seen.events).toEqual([]);
        expect(ok(await client.create('/q/n_', null, { sequential: true })).path).toBe('/q/n_0000000000');
        expect(seen.events).toEqual([{ type: 'children', path: '/q' }]);
      }),
    );
  });

  describe(`${name}: watches`, () => {
    test(
      'fire once, on creation, data, and deletion',
      withStore(async (client, store) => {
        const other = await store.connect();
        const seen = new Recorder();
        ok(await client.exists('/a', seen.watch));
        ok(await other.create('/a', null));
        ok(await client.sync('/a'));
        expect(seen.events).toEqual([{ type: 'created', path: '/a' }]);
        ok(await other.set('/a', text('1'), -1));
        ok(await client.get('/a', seen.watch));
        ok(await other.set('/a', text('2'), -1));
        ok(await other.set('/a', text('3'), -1));
        ok(await client.sync('/a'));
        expect(seen.events.slice(1)).toEqual([{ type: 'data', path: '/a' }]);
        ok(await client.get('/a', seen.watch));
        ok(await other.delete('/a', -1));
        ok(await client.sync('/a'));
        expect(seen.events.slice(2)).toEqual([{ type: 'deleted', path: '/a' }]);
      }),
    );

    test(
      'child watches fire on a child’s coming and going and on the node’s end, not on a child’s data',
      withStore(async (client) => {
        ok(await client.create('/p', null));
        const seen = new Recorder();
        ok(await client.children('/p', seen.watch));
        ok(await client.create('/p/a', null));
        ok(await client.children('/p', seen.watch));
        ok(await client.set('/p/a', text('x'), -1));
        expect(seen.events).toEqual([{ type: 'children', path: '/p' }]);
        ok(await client.delete('/p/a', -1));
        ok(await client.children('/p', seen.watch));
        ok(await client.delete('/p', -1));
        expect(seen.events.slice(1)).toEqual([
          { type: 'children', path: '/p' },
          { type: 'deleted', path: '/p' },
        ]);
      }),
    );

    test(
      'a watch is not left on a node that is not there, except by exists',
      withStore(async (client) => {
        const seen = new Recorder();
        refusal(await client.get('/a', seen.watch));
        refusal(await client.children('/a', seen.watch));
        ok(await client.create('/a', null));
        expect(seen.events).toEqual([]);
      }),
    );

    test(
      'a watch has fired before a read that could see the change is answered',
      withStore(async (client, store) => {
        const other = await store.connect();
        ok(await client.create('/a', text('0')));
        for (let round = 1; round <= 20; round++) {
          const seen = new Recorder();
          ok(await client.get('/a', seen.watch));
          const write = other.set('/a', text(String(round)), -1);
          const { data } = ok(await client.get('/a'));
          if (data?.toString() === String(round)) expect(seen.events).toHaveLength(1);
          ok(await write);
        }
      }),
    );
  });

  describe(`${name}: sessions`, () => {
    test(
      'ephemerals go when their session is closed, and others see it',
      withStore(async (client, store) => {
        const other = await store.connect();
        ok(await client.create('/keep', null));
        ok(await client.create('/gone', text('x'), { ephemeral: true }));
        const seen = new Recorder();
        ok(await other.exists('/gone', seen.watch));
        await client.close();
        expect(client.session.state).toBe('expired');
        ok(await other.sync('/'));
        expect(seen.events).toEqual([{ type: 'deleted', path: '/gone' }]);
        expect(ok(await other.exists('/keep')).stat).not.toBeNull();
        expect(refusal(await client.get('/keep')).code).toBe('SessionExpired');
      }),
    );

    test(
      'an ephemeral has no children, and another session may delete it',
      withStore(async (client, store) => {
        ok(await client.create('/e', null, { ephemeral: true }));
        expect(refusal(await client.create('/e/c', null)).code).toBe('NoChildrenForEphemerals');
        const other = await store.connect();
        ok(await other.delete('/e', -1));
        ok(await other.create('/e', null, { ephemeral: true }));
        await client.close();
        expect(ok(await other.exists('/e')).stat?.ephemeralOwner).toBe(other.session.id);
      }),
    );

    test(
      'an expired session hears of it, and its watches stay silent',
      withStore(async (client, store) => {
        const other = await store.connect();
        const states: string[] = [];
        client.onSession((state) => states.push(state));
        const seen = new Recorder();
        ok(await client.exists('/a', seen.watch));
        ok(await client.create('/mine', null, { ephemeral: true }));
        await store.expire(client);
        ok(await other.create('/a', null));
        expect(states).toEqual(['expired']);
        expect(seen.events).toEqual([]);
        expect(ok(await other.exists('/mine')).stat).toBeNull();
      }),
    );
  });
}
