import * as net from 'node:net';
import { expect, it } from 'vitest';
import { host } from '../contract/peer.ts';
import { nodeCopyingTwin, nodeTwin } from '../contract/twins.ts';
import { chunkTurnBytesMax } from '../limits.ts';
import type { Connection } from '../network.ts';

/** Before it, the kernel gives a socket that is read quickly more memory than at first. */
const warmingBytes = 50_000_000;
/** Fits into the kernel's memory, so that it lies there before anything is read. */
const burstBytes = 1_000_000;

it.each([nodeTwin, nodeCopyingTwin])('who brings much in chunks has a share of a turn ($name)', (twin) =>
  twin.run(async ({ network }) => {
    const accepted: Connection[] = [];
    const read: { port: number; bytes: number }[] = [];
    let wake = (): void => undefined;
    const listener = await network.listen({ host, port: 0 }, (connection) => {
      accepted.push(connection);
      wake();
      return {
        received: (chunk) => {
          read.push({ port: connection.remote.port, bytes: chunk.length });
          connection.release(chunk);
          wake();
        },
        drained: () => undefined,
        closed: () => undefined,
      };
    });
    const until = async (condition: () => boolean): Promise<void> => {
      while (!condition()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    const many = net.connect(listener.address.port, host);
    const few = net.connect(listener.address.port, host);
    await until(() => accepted.length === 2);
    many.write(Buffer.alloc(warmingBytes));
    await until(() => sum(read) === warmingBytes);
    read.length = 0;
    for (const connection of accepted) connection.pause();
    await new Promise<void>((resolve) => many.write(Buffer.alloc(burstBytes), () => resolve()));
    await new Promise<void>((resolve) => few.write('hello', () => resolve()));
    const before = (): number => {
      const at = read.findIndex(({ port }) => port === few.localPort);
      return sum(read.slice(0, at < 0 ? undefined : at));
    };
    // Asked in this order.
    const isOfMany = ({ remote }: Connection): boolean => remote.port === many.localPort;
    for (const connection of accepted.filter(isOfMany)) connection.resume();
    for (const connection of accepted.filter((other) => !isOfMany(other))) connection.resume();
    await until(() => sum(read) === burstBytes + 5);
    console.log(before(), JSON.stringify(read.map((r) => [r.port === few.localPort, r.bytes])));
    expect(before()).toBeLessThan(chunkTurnBytesMax + 128 * 1024);
    many.destroy();
    few.destroy();
    await listener.close();
  }),
);

function sum(reads: readonly { readonly bytes: number }[]): number {
  return reads.reduce((total, { bytes }) => total + bytes, 0);
}
