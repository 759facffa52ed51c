import { describe, expect, it } from 'vitest';
import type { ByteSource, Connection, ConnectionHandler } from '../network.ts';
import { NetworkError } from '../network.ts';
import type { Platform } from '../platform.ts';
import { host, Peer, pair } from './peer.ts';
import { nodeCopyingTwin, nodeDataEventsTwin, nodeTwin, simulatedTwin } from './twins.ts';

class Source implements ByteSource {
  readonly sizeBytes: number;
  releases = 0;
  longest = 0;
  copied = 0;
  #failAt: number;
  constructor(sizeBytes: number, failAt = Number.POSITIVE_INFINITY) {
    this.sizeBytes = sizeBytes;
    this.#failAt = failAt;
  }
  copyTo(target: Uint8Array, targetStart: number, start: number, length: number): void {
    if (start + length > this.#failAt) throw new Error('the segment is gone');
    expect(start).toBe(this.copied);
    this.longest = Math.max(this.longest, length);
    this.copied += length;
    for (let index = 0; index < length; index++) target[targetStart + index] = byteAt(start + index);
  }
  release(): void {
    this.releases++;
  }
}

function byteAt(position: number): number {
  return (position * 31 + (position >> 8)) & 0xff;
}

function expectSourceBytes(bytes: Buffer): void {
  let wrong = -1;
  for (let index = 0; index < bytes.length && wrong < 0; index++) if (bytes[index] !== byteAt(index)) wrong = index;
  expect(wrong).toBe(-1);
}

const twins = [nodeTwin, nodeCopyingTwin, nodeDataEventsTwin, simulatedTwin(1), simulatedTwin(2), simulatedTwin(3)];

describe.each(twins)('network of the $name twin', (twin) => {
  const withPair = (body: (ends: { client: Peer; server: Peer; platform: Platform }) => Promise<void>): Promise<void> =>
    twin.run(async (platform) => {
      const { client, server, done } = await pair(platform.network);
      await body({ client, server, platform });
      client.connection.destroy();
      server.connection.destroy();
      await done();
      await client.until(() => client.closes.length > 0);
      await server.until(() => server.closes.length > 0);
    });

  it('knows both addresses at both ends', () =>
    withPair(async ({ client, server }) => {
      expect(client.connection.remote).toEqual(server.connection.local);
      expect(server.connection.remote).toEqual(client.connection.local);
      expect(client.connection.remote.host).toBe(host);
      await Promise.resolve();
    }));

  it('sends parts of all kinds and sizes in their order', () =>
    withPair(async ({ client, server }) => {
      const small = new Source(100);
      const large = new Source(1_000_000);
      const parts = [
        Buffer.from('head'),
        Buffer.alloc(40_000, 'x'),
        Buffer.alloc(0),
        small,
        Buffer.alloc(200_000, 'y'),
        Buffer.from('mid'),
        large,
        new Source(0),
        Buffer.from('tail'),
      ];
      const total = parts.reduce((sum, part) => sum + ('sizeBytes' in part ? part.sizeBytes : part.length), 0);
      client.connection.send(parts);
      await server.until(() => server.receivedBytes >= total);
      const got = server.all;
      expect(got.length).toBe(total);
      expect(got.toString('latin1', 0, 4)).toBe('head');
      expect(got.subarray(4, 40_004).equals(Buffer.alloc(40_000, 'x'))).toBe(true);
      expectSourceBytes(got.subarray(40_004, 40_104));
      expect(got.subarray(40_104, 240_104).equals(Buffer.alloc(200_000, 'y'))).toBe(true);
      expect(got.toString('latin1', 240_104, 240_107)).toBe('mid');
      expectSourceBytes(got.subarray(240_107, 1_240_107));
      expect(got.toString('latin1', 1_240_107)).toBe('tail');
      expect([small.releases, large.releases]).toEqual([1, 1]);
      expect(large.longest).toBeLessThanOrEqual(256 * 1024);
    }));

  it('fills the room its receiver has, in order with what came in chunks', () =>
    withPair(async ({ client, server }) => {
      const sent = Buffer.alloc(3_000_000).map((_, index) => byteAt(index));
      server.roomFrom = 100_000;
      server.roomUntil = 2_500_000;
      for (let at = 0; at < sent.length; at += 70_000) client.connection.send([sent.subarray(at, at + 70_000)]);
      await server.until(() => server.receivedBytes === sent.length);
      expect(server.all.equals(sent)).toBe(true);
      // Encrypted connections and those of 'data' events have no use for room.
      expect(server.filledBytes > 0).toBe(twin !== nodeDataEventsTwin);
      expect(server.filledBytes).toBeLessThanOrEqual(2_400_000);
    }));

  it('keeps order over many sends of one and of many turns', () =>
    withPair(async ({ client, server, platform }) => {
      const sent: Buffer[] = [];
      for (let turn = 0; turn < 20; turn++) {
        for (let index = 0; index < 50; index++) {
          const part = Buffer.alloc(1 + platform.random.integer(3000), `${turn}.${index};`);
          sent.push(part);
          client.connection.send([part]);
        }
        await new Promise<void>((resolve) => platform.clock.endOfTurn(resolve));
      }
      const all = Buffer.concat(sent);
      await server.until(() => server.receivedBytes >= all.length);
      expect(server.all.equals(all)).toBe(true);
    }));

  it('says stop above 1 MiB unsent, queued sources included, and drained once it fell', () =>
    withPair(async ({ client, server }) => {
      server.connection.pause();
      expect(client.connection.send([Buffer.alloc(1024 * 1024)])).toBe(true);
      expect(client.connection.unsentBytes).toBe(1024 * 1024);
      const source = new Source(30_000_000);
      expect(client.connection.send([source])).toBe(false);
      expect(client.connection.unsentBytes).toBe(31_048_576);
      expect(client.drains).toBe(0);
      server.connection.resume();
      await client.until(() => client.drains === 1);
      expect(client.connection.unsentBytes).toBeLessThanOrEqual(256 * 1024);
      await server.until(() => server.receivedBytes === 31_048_576);
      expect(source.releases).toBe(1);
      expect(client.connection.unsentBytes).toBe(0);
      expect(client.drains).toBe(1);
    }));

  it('pulls no more of a source than the peer makes room for', () =>
    withPair(async ({ client, server, platform }) => {
      server.connection.pause();
      const source = new Source(60_000_000);
      client.connection.send([source]);
      await platform.clock.sleep(100);
      expect(source.copied).toBeLessThan(20_000_000);
      expect(client.connection.unsentBytes).toBeGreaterThan(40_000_000);
    }));

  it('stops reading on pause and loses nothing', () =>
    withPair(async ({ client, server, platform }) => {
      server.connection.pause();
      client.connection.send([Buffer.alloc(500_000, 'p')]);
      await platform.clock.sleep(50);
      expect(server.receivedBytes).toBeLessThanOrEqual(64 * 1024);
      server.connection.resume();
      await server.until(() => server.receivedBytes === 500_000);
    }));

  it('close sends what is queued; both ends end without error, once', () =>
    withPair(async ({ client, server }) => {
      const source = new Source(3_000_000);
      client.connection.send([source, Buffer.from('bye')]);
      client.connection.close();
      client.connection.close();
      await server.until(() => server.closes.length > 0);
      await client.until(() => client.closes.length > 0);
      expect(server.receivedBytes).toBe(3_000_003);
      expect(server.closes).toEqual([undefined]);
      expect(client.closes).toEqual([undefined]);
      expect(source.releases).toBe(1);
    }));

  it('answers a peer that has closed with what is queued by then', () =>
    withPair(async ({ client, server }) => {
      client.connection.send([Buffer.from('q')]);
      client.connection.close();
      await server.until(() => server.receivedBytes === 1);
      server.connection.send([Buffer.from('a')]);
      await server.until(() => server.closes.length > 0);
      expect(server.closes).toEqual([undefined]);
    }));

  it('destroy drops what is unsent, releases its sources, and tells each end once', () =>
    withPair(async ({ client, server }) => {
      server.connection.pause();
      const sources = [new Source(50_000_000), new Source(10)];
      client.connection.send(sources);
      let closedInside = true;
      client.connection.destroy();
      closedInside = client.closes.length > 0;
      client.connection.destroy();
      client.connection.close();
      expect(closedInside).toBe(false);
      server.connection.resume();
      await client.until(() => client.closes.length > 0);
      await server.until(() => server.closes.length > 0);
      expect(client.closes).toEqual([undefined]);
      expect(sources.map((source) => source.releases)).toEqual([1, 1]);
      const late = new Source(10);
      client.connection.send([late]);
      expect(late.releases).toBe(1);
      expect(client.connection.unsentBytes).toBe(0);
    }));

  it('destroys the connection when a source fails half way', () =>
    withPair(async ({ client, server }) => {
      const source = new Source(2_000_000, 1_000_000);
      const behind = new Source(5);
      client.connection.send([source, behind]);
      await client.until(() => client.closes.length > 0);
      await server.until(() => server.closes.length > 0);
      expect(client.closes[0]?.message).toBe('the segment is gone');
      expect(server.receivedBytes).toBeLessThan(2_000_000);
      expect([source.releases, behind.releases]).toEqual([1, 1]);
    }));

  it('refuses connections that accept does not want', () =>
    twin.run(async ({ network }) => {
      const listener = await network.listen({ host, port: 0 }, () => undefined);
      let client: Peer | undefined;
      await network.connect({ host, port: listener.address.port, timeoutMs: 1000 }, (connection) => {
        client = new Peer(connection);
        return client;
      });
      await client?.until(() => client?.closes.length === 1);
      await listener.close();
    }));

  it('rejects with codes: nobody listens, address taken, unknown host', () =>
    twin.run(async ({ network }) => {
      const listener = await network.listen({ host, port: 0 }, () => undefined);
      const { port } = listener.address;
      expect(port).toBeGreaterThan(0);
      const codes: string[] = [];
      const note = (error: unknown): void => {
        expect(error).toBeInstanceOf(NetworkError);
        if (error instanceof NetworkError) codes.push(error.code);
      };
      await network.listen({ host, port }, () => undefined).catch(note);
      await listener.close();
      const handler = (connection: Connection): ConnectionHandler => new Peer(connection);
      await network.connect({ host, port, timeoutMs: 1000 }, handler).catch(note);
      await network.connect({ host: 'no-such-host.invalid', port, timeoutMs: 10_000 }, handler).catch(note);
      await network.connect({ host, port: 70_000, timeoutMs: 1000 }, handler).catch(note);
      expect(codes.slice(0, 2)).toEqual(['EADDRINUSE', 'ECONNREFUSED']);
      expect(['ENOTFOUND', 'EAI_AGAIN']).toContain(codes[2]);
      expect(codes[3]).toBe('EINVAL');
      const again = await network.listen({ host, port }, () => undefined);
      await again.close();
    }));
});
