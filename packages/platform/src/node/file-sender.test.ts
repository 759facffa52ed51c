import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { pair } from '../contract/peer.ts';
import type { DiskFile } from '../disk.ts';
import { MemoryDisk } from '../memory/disk.ts';
import type { ByteSource } from '../network.ts';
import { NodeClock } from './clock.ts';
import { NodeDisk } from './disk.ts';
import { FileSender } from './file-sender.ts';
import { loadAddon } from './load-addon.ts';
import { NodeNetwork } from './network.ts';
import { SystemCallsLoader } from './system-calls.ts';
import { connectedSockets } from './test-support/connected-sockets.ts';

const native = new URL('../../native/', import.meta.url);
const isBuilt = process.platform === 'linux' && process.arch === 'x64';
const folder = mkdtempSync(`${tmpdir()}/ottla-file-sender-`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const digest = (...names: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const name of names) hash.update(readFileSync(new URL(name, native)));
  return hash.digest('hex');
};

/** A socket whose peer does not read until it is told to, and a file of `sizeBytes`. */
async function withSocket(
  sizeBytes: number,
  body: (setting: { socket: net.Socket; peer: net.Socket; file: DiskFile; content: Buffer }) => Promise<void>,
): Promise<void> {
  const content = Buffer.alloc(sizeBytes, 'records, ');
  writeFileSync(`${folder}/segment`, content);
  const file = await new NodeDisk().open(`${folder}/segment`, { mode: 'write' });
  const { socket, peer, close } = await connectedSockets();
  await body({ socket, peer, file, content });
  close();
  await file.close();
}

const sender = (isEnabled = true): { files: FileSender; decisions: (string | undefined)[] } => {
  const decisions: (string | undefined)[] = [];
  return {
    files: new FileSender({
      isEnabled,
      loader: new SystemCallsLoader(isEnabled),
      decided: (failure) => decisions.push(failure),
    }),
    decisions,
  };
};

it('the add-ons are built from the source beside them', () => {
  const built: unknown = JSON.parse(readFileSync(new URL('built.json', native), 'utf8'));
  const expected = { sources: digest('node-api.h', 'poller.c', 'system.c'), binary: digest('linux-x64/system.node') };
  expect(built).toEqual({ 'linux-x64/system.node': expected });
});

it('an add-on that is not there, or is none, is a reason and no error', () => {
  expect(loadAddon('nothing')).toEqual({ failure: `no nothing add-on for ${process.platform}-${process.arch}` });
});

it('switched off, it is never asked', () => {
  const { files, decisions } = sender(false);
  expect(files.isUsable).toBe(false);
  expect(decisions).toEqual([]);
});

describe.runIf(isBuilt)('where sendfile is built', () => {
  it('sends as much as the socket takes, then says so, and goes on when there is room', () =>
    withSocket(30_000_000, async ({ socket, peer, file, content }) => {
      const { files, decisions } = sender();
      const chunks: Buffer[] = [];
      let position = 0;
      let sent: number | undefined;
      while (position < content.length) {
        sent = files.send(socket, { file, position, length: Math.min(262_144, content.length - position) }, 0);
        if (sent === undefined || sent === 0) break;
        position += sent;
      }
      expect(sent).toBe(0);
      expect(position).toBeLessThan(content.length);
      expect(decisions).toEqual([undefined]);
      const received = new Promise<void>((resolve) => {
        let bytes = 0;
        peer.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          // What it read is room for the rest.
          while (position < content.length) {
            const more = files.send(socket, { file, position, length: content.length - position }, 0) ?? 0;
            if (more === 0) break;
            position += more;
          }
          if (bytes === content.length) resolve();
        });
      });
      peer.resume();
      await received;
      expect(Buffer.concat(chunks).equals(content)).toBe(true);
    }));

  it('connections use it: next to nothing of a large range is copied', () =>
    withSocket(20_000_000, async ({ file, content }) => {
      const decisions: (string | undefined)[] = [];
      const network = new NodeNetwork(new NodeClock(), { sendFileDecided: (failure) => decisions.push(failure) });
      const { client, server, done } = await pair(network);
      let copied = 0;
      const source: ByteSource = {
        sizeBytes: content.length,
        fileRange: (position) => ({ file, position }),
        copyTo: (target, targetStart, start, length) => {
          copied += length;
          file.readSync(target, targetStart, length, start);
        },
        release: () => undefined,
      };
      client.connection.send([source]);
      await server.until(() => server.receivedBytes === content.length);
      expect(server.all.equals(content)).toBe(true);
      expect(decisions).toEqual([undefined]);
      expect(copied).toBeLessThan(content.length / 10);
      client.connection.destroy();
      await done();
      await server.until(() => server.closes.length > 0);
    }));

  it('lets the kernel hold as much as it is told', async () => {
    const held: number[] = [];
    for (const sendBufferBytes of [65_536, 1_048_576]) {
      await withSocket(30_000_000, async ({ socket, file }) => {
        const { files } = sender();
        let position = 0;
        for (let sent = 1; sent > 0; position += sent) {
          sent = files.send(socket, { file, position, length: 65_536 }, sendBufferBytes) ?? 0;
        }
        held.push(position);
        await Promise.resolve();
      });
    }
    const [small = 0, large = 0] = held;
    expect(large - small).toBeGreaterThan(500_000);
  });

  it('sends less where the file ends, and behind the end nothing', () =>
    withSocket(10_000, async ({ socket, file }) => {
      const { files } = sender();
      expect(files.send(socket, { file, position: 4_000, length: 8_000 }, 0)).toBe(6_000);
      expect(files.send(socket, { file, position: 10_000, length: 1 }, 0)).toBeUndefined();
      expect(files.isUsable).toBe(true);
      await Promise.resolve();
    }));

  it('leaves a socket that is gone, or not plain TCP, and a file that is none of the disk to the copy', () =>
    withSocket(10_000, async ({ socket, file }) => {
      const { files, decisions } = sender();
      const range = { file, position: 0, length: 1_000 };
      expect(files.send(new net.Socket(), range, 0)).toBeUndefined();
      const inMemory = new MemoryDisk({ wallMs: () => 0 }).openSync('/segment', { mode: 'write', create: true });
      inMemory.writeSync(Buffer.alloc(2_000), 0, 2_000, 0);
      expect(files.send(socket, { ...range, file: inMemory }, 0)).toBeUndefined();
      socket.destroy();
      expect(files.send(socket, range, 0)).toBeUndefined();
      expect(decisions).toEqual([]);
      await Promise.resolve();
    }));

  it('refuses a closed file instead of using its number', () =>
    withSocket(10_000, async ({ socket, file }) => {
      file.closeSync();
      expect(() => sender().files.send(socket, { file, position: 0, length: 1_000 }, 0)).toThrow('EBADF');
      await Promise.resolve();
    }));
});
