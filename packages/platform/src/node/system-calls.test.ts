import * as fs from 'node:fs';
import * as os from 'node:os';
import { describe, expect, it } from 'vitest';
import { descriptorOf, EAGAIN, SystemCallsLoader } from './system-calls.ts';
import { connectedSockets } from './test-support/connected-sockets.ts';

const EBADF = 9;
const isBuilt = process.platform === 'linux' && process.arch === 'x64';

it('switched off, there are none, and the reason is told', () => {
  const loader = new SystemCallsLoader(false);
  expect(loader.calls).toBeUndefined();
  expect(loader.failure).toBe('switched off');
});

describe.runIf(isBuilt)('where they are built', () => {
  it('send takes part of a buffer, and says when there is no room', async () => {
    const { calls } = new SystemCallsLoader(true);
    const { socket, peer, close } = await connectedSockets();
    const bytes = Buffer.alloc(1_000_000, 'answers, ');
    const descriptor = descriptorOf(socket);
    let sent = calls?.send(descriptor, bytes, 9, 18) ?? 0;
    expect(sent).toBe(18);
    let result = 0;
    let total = sent;
    for (; total < 100_000_000; total += result) {
      result = calls?.send(descriptor, bytes, 0, bytes.length) ?? 0;
      if (result <= 0) break;
      sent = result;
    }
    expect(result).toBe(-EAGAIN);
    // The last call that found room took only a part.
    expect(sent).toBeLessThan(bytes.length);
    const chunks: Buffer[] = [];
    let received = 0;
    const all = new Promise<void>((resolve) =>
      peer.on('data', (chunk: Buffer) => {
        if (received < 100) chunks.push(chunk);
        received += chunk.length;
        if (received === total) resolve();
      }),
    );
    peer.resume();
    await all;
    expect(Buffer.concat(chunks).toString('latin1', 0, 27)).toBe('answers, answers, answers, ');
    close();
  });

  it('refuses what lies outside of the buffer', async () => {
    const { calls } = new SystemCallsLoader(true);
    const { socket, close } = await connectedSockets();
    const descriptor = descriptorOf(socket);
    const bytes = Buffer.alloc(10);
    for (const [start, length] of [
      [5, 6],
      [-1, 3],
      [0, 0],
      [2 ** 31 - 1, 1],
    ] as const) {
      expect(() => calls?.send(descriptor, bytes, start, length)).toThrow(TypeError);
      expect(() => calls?.write(descriptor, bytes, start, length, 0)).toThrow(TypeError);
    }
    expect(() => calls?.write(descriptor, bytes, 0, 10, -1)).toThrow(TypeError);
    close();
  });

  it('write puts bytes at a position, beyond 4 GiB too, or says why not', async () => {
    const { calls } = new SystemCallsLoader(true);
    const folder = fs.mkdtempSync(`${os.tmpdir()}/ottla-write-`);
    const path = `${folder}/a`;
    const file = fs.openSync(path, 'w+');
    const position = 5 * 2 ** 30;
    expect(calls?.write(file, Buffer.from('0123456789'), 2, 5, position)).toBe(5);
    const read = Buffer.alloc(10);
    expect(fs.readSync(file, read, 0, 10, position)).toBe(5);
    expect(read.toString('latin1', 0, 5)).toBe('23456');
    fs.closeSync(file);
    const reader = fs.openSync(path, 'r');
    expect(calls?.write(reader, Buffer.from('a'), 0, 1, 0)).toBe(-EBADF);
    fs.closeSync(reader);
    fs.rmSync(folder, { recursive: true });
  });

  it('has no descriptor of a socket that is closed', async () => {
    const { socket, close } = await connectedSockets();
    close();
    expect(descriptorOf(socket)).toBe(-1);
  });
});
