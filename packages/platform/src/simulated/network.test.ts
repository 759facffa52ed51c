import { describe, expect, it } from 'vitest';
import type { Connection, ConnectionHandler } from '../network.ts';
import { NetworkError } from '../network.ts';
import { createSimulatedWorld, type SimulatedWorld, type SimulatedWorldOptions } from './world.ts';

class Peer implements ConnectionHandler {
  readonly connection: Connection;
  text = '';
  chunks: Buffer[] = [];
  keepChunks = false;
  closes: string[] = [];
  constructor(connection: Connection) {
    this.connection = connection;
  }
  received(chunk: Buffer): void {
    this.text += chunk.toString('latin1');
    this.chunks.push(chunk);
    if (!this.keepChunks) this.connection.release(chunk);
  }
  drained(): void {}
  closed(error: Error | undefined): void {
    this.closes.push(error instanceof NetworkError ? error.code : String(error));
  }
}

async function connected(
  seed: number,
  options: SimulatedWorldOptions = {},
): Promise<{ world: SimulatedWorld; client: Peer; server: Peer }> {
  const world = createSimulatedWorld(seed, options);
  const servers: Peer[] = [];
  const [a, b] = [world.node('a').platform, world.node('b').platform];
  const clients: Peer[] = [];
  const setUp = async (): Promise<void> => {
    await b.network.listen({ host: 'b', port: 9092 }, (connection) => {
      const peer = new Peer(connection);
      servers.push(peer);
      return peer;
    });
    await a.network.connect({ host: 'b', port: 9092, timeoutMs: 1000 }, (connection) => {
      const peer = new Peer(connection);
      clients.push(peer);
      return peer;
    });
  };
  await world.finish(setUp());
  await world.run({ until: () => servers.length > 0 });
  const [client] = clients;
  const [server] = servers;
  if (client === undefined || server === undefined) throw new Error('not connected');
  return { world, client, server };
}

describe('the simulated network', () => {
  it('cuts what arrives at any byte, keeps the order, and overwrites what was released', async () => {
    const { world, client, server } = await connected(1, { network: { splitChance: 0.9 } });
    let sent = '';
    for (let index = 0; index < 50; index++) {
      sent += `${index},`;
      client.connection.send([Buffer.from(`${index},`)]);
      await world.run({ untilMs: world.nowMs + 0.2 });
    }
    await world.run();
    expect(server.text).toBe(sent);
    expect(server.chunks.some((chunk) => chunk.length === 1)).toBe(true);
    expect(server.chunks.every((chunk) => chunk.every((byte) => byte === 0xdb))).toBe(true);
  });

  it('copies: what the sender changes after its turn does not arrive; counts chunks, refuses a second release', async () => {
    const { world, client, server } = await connected(1);
    server.keepChunks = true;
    const bytes = Buffer.alloc(100_000, 'a');
    client.connection.send([bytes]);
    await world.run({ until: () => client.connection.unsentBytes === 0 });
    bytes.fill('b');
    await world.run();
    expect(server.text).toBe('a'.repeat(100_000));
    expect(world.network.chunksHeld('b')).toBe(server.chunks.length);
    for (const chunk of server.chunks) server.connection.release(chunk);
    expect(world.network.chunksHeld('b')).toBe(0);
    expect(() => server.connection.release(server.chunks[0] ?? Buffer.alloc(0))).toThrow('released twice');
  });

  it('holds bytes while a link is blocked, one direction only if so asked, and delivers them when it opens', async () => {
    const { world, client, server } = await connected(1);
    world.network.link('a', 'b').block();
    client.connection.send([Buffer.from('there')]);
    server.connection.send([Buffer.from('back')]);
    await world.run({ untilMs: world.nowMs + 5000 });
    expect([server.text, client.text]).toEqual(['', 'back']);
    world.network.heal();
    await world.run({ untilMs: world.nowMs + 100 });
    expect(server.text).toBe('there');
    expect([client.closes, server.closes]).toEqual([[], []]);
  });

  it('stalls a sender whose acknowledgements do not come back', async () => {
    const { world, client, server } = await connected(1);
    world.network.link('b', 'a').block();
    client.connection.send([Buffer.alloc(1_000_000)]);
    await world.run({ untilMs: world.nowMs + 1000 });
    expect(server.text.length).toBeGreaterThanOrEqual(256 * 1024);
    expect(server.text.length).toBeLessThan(600_000);
    world.network.heal();
    await world.run({ untilMs: world.nowMs + 1000 });
    expect(server.text.length).toBe(1_000_000);
  });

  it('breaks the sender with ETIMEDOUT after long silence, and leaves the other end half open', async () => {
    const { world, client, server } = await connected(1);
    world.network.partition(['a'], ['b']);
    client.connection.send([Buffer.from('x')]);
    await world.run({ untilMs: world.nowMs + 59_000 });
    expect(client.closes).toEqual([]);
    await world.run({ untilMs: world.nowMs + 2000 });
    expect([client.closes, server.closes]).toEqual([['ETIMEDOUT'], []]);
    world.network.heal();
    server.connection.send([Buffer.from('anyone?')]);
    await world.run();
    expect(server.closes).toEqual(['ECONNRESET']);
  });

  it('times connection attempts out across a partition and completes them when it heals in time', async () => {
    const { world } = await connected(1);
    world.network.partition(['a'], ['b']);
    const { network } = world.node('a').platform;
    const connect = (timeoutMs: number): Promise<Connection> =>
      network.connect({ host: '10.0.0.2', port: 9092, timeoutMs }, (connection) => new Peer(connection));
    await expect(world.finish(connect(500))).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    const patient = connect(5000);
    await world.run({ untilMs: world.nowMs + 1000 });
    world.network.heal();
    expect((await world.finish(patient)).remote).toEqual({ host: '10.0.0.2', port: 9092 });
  });

  it('lets peers of a killed process hear it soon, those of a dark machine only when they speak after its return', async () => {
    const killed = await connected(1);
    killed.world.node('b').kill();
    await killed.world.run();
    expect(killed.client.closes).toEqual(['undefined']);
    const refused = killed.world
      .node('a')
      .platform.network.connect({ host: 'b', port: 9092, timeoutMs: 1000 }, (connection) => new Peer(connection));
    await expect(killed.world.finish(refused)).rejects.toMatchObject({ code: 'ECONNREFUSED' });

    const dark = await connected(1);
    dark.world.node('b').powerLoss();
    dark.client.connection.send([Buffer.from('hello?')]);
    await dark.world.run({ untilMs: dark.world.nowMs + 1000 });
    expect(dark.client.closes).toEqual([]);
    dark.world.node('b').restart();
    await dark.world.run();
    expect([dark.client.closes, dark.server.text]).toEqual([['ECONNRESET'], '']);
  });

  it('resets in the middle of a frame', async () => {
    const { world, client, server } = await connected(4, { network: { splitChance: 1 } });
    client.connection.send([Buffer.alloc(200_000, 'f')]);
    await world.run({ until: () => server.text.length > 0 });
    world.network.resetConnections('a', 'b');
    await world.run();
    expect(server.text.length).toBeLessThan(200_000);
    expect([client.closes, server.closes]).toEqual([['ECONNRESET'], ['ECONNRESET']]);
    let resets = 0;
    for (let seed = 0; seed < 20; seed++) {
      const flaky = await connected(seed);
      flaky.world.network.setFaults({ resetChance: 0.3 });
      for (let index = 0; index < 5; index++) {
        flaky.client.connection.send([Buffer.from('request')]);
        await flaky.world.run();
      }
      resets += flaky.client.closes.length;
      expect(flaky.client.closes.length).toBe(flaky.server.closes.length);
    }
    expect(resets).toBeGreaterThan(5);
  });

  it('is as slow as its link', async () => {
    const { world, client, server } = await connected(1, { network: { bytesPerMs: 100 } });
    const start = world.nowMs;
    for (let index = 0; index < 10; index++) {
      client.connection.send([Buffer.alloc(10_000)]);
      await world.run({ untilMs: world.nowMs + 1 });
    }
    await world.run({ until: () => server.text.length === 100_000 });
    expect(world.nowMs - start).toBeGreaterThan(1000);
    expect(world.nowMs - start).toBeLessThan(1200);
  });

  it('does not let a remote node reach a listener on the loopback', async () => {
    const world = createSimulatedWorld(1);
    const [a, b] = [world.node('a').platform, world.node('b').platform];
    const handler = (connection: Connection): ConnectionHandler => new Peer(connection);
    await world.finish(b.network.listen({ host: '127.0.0.1', port: 1 }, handler));
    const remote = a.network.connect({ host: 'b', port: 1, timeoutMs: 100 }, handler);
    await expect(world.finish(remote)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await world.finish(b.network.connect({ host: 'localhost', port: 1, timeoutMs: 100 }, handler));
    await expect(world.finish(a.network.listen({ host: '10.9.9.9', port: 1 }, handler))).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
    });
  });

  it('leaves no connection behind when all have closed', async () => {
    const { world, client, server } = await connected(1);
    expect(world.network.openConnections()).toBe(2);
    client.connection.close();
    await world.run();
    expect([client.closes, server.closes]).toEqual([['undefined'], ['undefined']]);
    expect(world.network.openConnections()).toBe(0);
  });
});
