/** What lies in a file may leave by another way than what lies in memory: nothing of it shows at the other end. */
import { describe, expect, it } from 'vitest';
import type { DiskFile } from '../disk.ts';
import type { ByteSource, FileRange, OutgoingPart } from '../network.ts';
import type { Platform } from '../platform.ts';
import { type Peer, pair } from './peer.ts';
import { memoryTwin, nodeCopyingTwin, nodeDataEventsTwin, nodeTwin, simulatedTwin } from './twins.ts';

const MB = 1_000_000;

/** Of a length that makes the same bytes come back at other places of a page only. */
const PATTERN = Buffer.from(Uint8Array.from({ length: 65_537 }, (_, at) => at * 31 + (at >> 8)));

class FileSource implements ByteSource {
  readonly sizeBytes: number;
  copied = 0;
  asked = 0;
  releases = 0;
  readonly #file: DiskFile;
  readonly #position: number;

  constructor(file: DiskFile, position: number, sizeBytes: number) {
    this.#file = file;
    this.#position = position;
    this.sizeBytes = sizeBytes;
  }

  fileRange(start: number, length: number): FileRange {
    expect(start + length).toBeLessThanOrEqual(this.sizeBytes);
    this.asked++;
    return { file: this.#file, position: this.#position + start };
  }

  copyTo(target: Uint8Array, targetStart: number, start: number, length: number): void {
    this.copied += length;
    const read = this.#file.readSync(target, targetStart, length, this.#position + start);
    if (read < length) throw new Error('the file was cut');
  }

  release(): void {
    this.releases++;
  }
}

interface Setting {
  readonly client: Peer;
  readonly server: Peer;
  readonly platform: Platform;
  readonly file: DiskFile;
  /** Of `file`. */
  readonly content: Buffer;
}

const twins = [
  nodeTwin,
  nodeCopyingTwin,
  nodeDataEventsTwin,
  memoryTwin,
  simulatedTwin(1),
  simulatedTwin(2),
  simulatedTwin(3),
];

describe.each(twins)('file ranges over the network of the $name twin', (twin) => {
  const withFile = (fileBytes: number, body: (setting: Setting) => Promise<void>): Promise<void> =>
    twin.run(async (platform, directory) => {
      const content = Buffer.alloc(fileBytes, PATTERN);
      const file = await platform.disk.open(`${directory}/segment`, { mode: 'write', create: true });
      for (let at = 0; at < fileBytes; at += MB) file.writeSync(content, at, Math.min(MB, fileBytes - at), at);
      const { client, server, done } = await pair(platform.network);
      await body({ client, server, platform, file, content });
      client.connection.destroy();
      server.connection.destroy();
      await done();
      await client.until(() => client.closes.length > 0);
      await server.until(() => server.closes.length > 0);
      await file.close();
    });

  it('arrive byte for byte, in order with what is before and behind them', () =>
    withFile(3 * MB, async ({ client, server, platform, file, content }) => {
      const expected: Uint8Array[] = [];
      const sources: FileSource[] = [];
      for (let answer = 0; answer < 12; answer++) {
        const parts: OutgoingPart[] = [];
        for (const [position, size] of [
          [61 + answer, 1_048_576],
          [answer * 1000, 65_536],
          [4096, 65_537],
          [2 * MB, 300_000 + answer],
          [5, 100],
        ] as const) {
          const head = Buffer.alloc(90 + answer, `${answer};`);
          const source = new FileSource(file, position, size);
          sources.push(source);
          parts.push(head, source);
          expected.push(head, content.subarray(position, position + size));
        }
        client.connection.send(parts);
        if (answer % 3 === 0) await new Promise<void>((resolve) => platform.clock.endOfTurn(resolve));
      }
      const whole = Buffer.concat(expected);
      await server.until(() => server.receivedBytes >= whole.length);
      expect(server.all.equals(whole)).toBe(true);
      expect(new Set(sources.map((source) => source.releases))).toEqual(new Set([1]));
      expect(client.connection.unsentBytes).toBe(0);
    }));

  it('and so do large heads between them, wherever the peer stops reading', () =>
    withFile(MB, async ({ client, server, platform, file, content }) => {
      const expected: Uint8Array[] = [];
      for (let answer = 0; answer < 100; answer++) {
        const heads = [1, 2, 3, 4].map((part) => Buffer.alloc(15_000, `${answer}.${part};`));
        const position = answer * 1000;
        client.connection.send([...heads, new FileSource(file, position, 70_000)]);
        expected.push(...heads, content.subarray(position, position + 70_000));
      }
      const whole = Buffer.concat(expected);
      while (server.receivedBytes < whole.length) {
        server.connection.pause();
        await platform.clock.sleep(5);
        const some = Math.min(server.receivedBytes + 500_000, whole.length);
        server.connection.resume();
        await server.until(() => server.receivedBytes >= some);
      }
      expect(server.all.equals(whole)).toBe(true);
    }));

  it('wait, without asking again and again, for a peer that does not read', () =>
    withFile(12 * MB, async ({ client, server, platform, file, content }) => {
      server.connection.pause();
      const source = new FileSource(file, 0, 12 * MB);
      const behind = Buffer.from('behind');
      expect(client.connection.send([source, behind])).toBe(false);
      await platform.clock.sleep(200);
      const { asked, copied } = source;
      expect(client.connection.unsentBytes).toBeGreaterThan(0);
      await platform.clock.sleep(100);
      expect(source.asked - asked).toBeLessThanOrEqual(1);
      expect(source.copied).toBe(copied);
      server.connection.resume();
      await server.until(() => server.receivedBytes >= 12 * MB + behind.length);
      expect(server.all.equals(Buffer.concat([content, behind]))).toBe(true);
      expect(client.drains).toBe(1);
      expect(source.releases).toBe(1);
    }));

  it('leave whole before a connection that was closed ends', () =>
    withFile(5 * MB, async ({ client, server, file, content }) => {
      const source = new FileSource(file, 0, 5 * MB);
      client.connection.send([source]);
      client.connection.close();
      await server.until(() => server.closes.length > 0);
      expect(server.all.equals(content)).toBe(true);
      expect(source.releases).toBe(1);
    }));

  it('leave whole though the file is deleted meanwhile', () =>
    withFile(8 * MB, async ({ client, server, platform, file, content }) => {
      server.connection.pause();
      client.connection.send([new FileSource(file, 0, 8 * MB)]);
      await platform.clock.sleep(50);
      await platform.disk.unlink(file.path);
      server.connection.resume();
      await server.until(() => server.receivedBytes >= 8 * MB);
      expect(server.all.equals(content)).toBe(true);
    }));

  it('never go on with other bytes when the file was cut: the connection ends', () =>
    withFile(24 * MB, async ({ client, server, platform, file, content }) => {
      server.connection.pause();
      const source = new FileSource(file, 0, 24 * MB);
      const behind = new FileSource(file, 0, 100_000);
      client.connection.send([source, behind, Buffer.from('behind')]);
      await platform.clock.sleep(100);
      file.truncateSync(18 * MB);
      server.connection.resume();
      await client.until(() => client.closes.length > 0);
      await server.until(() => server.closes.length > 0);
      expect(client.closes[0]?.message).toBe('the file was cut');
      expect(server.receivedBytes).toBeLessThanOrEqual(18 * MB);
      expect(server.all.equals(content.subarray(0, server.receivedBytes))).toBe(true);
      expect([source.releases, behind.releases]).toEqual([1, 1]);
    }));

  it('end with a connection that breaks half way; the next connection gets its own bytes only', () =>
    withFile(12 * MB, async ({ client, server, platform, file, content }) => {
      server.connection.pause();
      const source = new FileSource(file, 0, 12 * MB);
      client.connection.send([source, Buffer.from('behind')]);
      await platform.clock.sleep(50);
      server.connection.destroy();
      const next = await pair(platform.network);
      await client.until(() => client.closes.length > 0);
      expect(source.releases).toBe(1);
      const head = Buffer.from('head');
      const again = new FileSource(file, 1000, MB);
      next.client.connection.send([head, again]);
      await next.server.until(() => next.server.receivedBytes >= head.length + MB);
      expect(next.server.all.equals(Buffer.concat([head, content.subarray(1000, 1000 + MB)]))).toBe(true);
      next.client.connection.destroy();
      await next.done();
      await next.server.until(() => next.server.closes.length > 0);
      await next.client.until(() => next.client.closes.length > 0);
    }));

  it('serve a slow connection and a quick one side by side', () =>
    withFile(12 * MB, async ({ client, server, platform, file, content }) => {
      server.connection.pause();
      client.connection.send([new FileSource(file, 0, 12 * MB)]);
      const quick = await pair(platform.network);
      quick.client.connection.send([new FileSource(file, 0, 12 * MB)]);
      await quick.server.until(() => quick.server.receivedBytes >= 12 * MB);
      expect(quick.server.all.equals(content)).toBe(true);
      expect(server.receivedBytes).toBeLessThan(12 * MB);
      server.connection.resume();
      await server.until(() => server.receivedBytes >= 12 * MB);
      expect(server.all.equals(content)).toBe(true);
      quick.client.connection.destroy();
      await quick.done();
      await quick.server.until(() => quick.server.closes.length > 0);
      await quick.client.until(() => quick.client.closes.length > 0);
    }));
});
