import * as net from 'node:net';

/** A socket and its peer, which does not read until it is told to. */
export async function connectedSockets(): Promise<{ socket: net.Socket; peer: net.Socket; close: () => void }> {
  const server = net.createServer({ pauseOnConnect: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const accepted = new Promise<net.Socket>((resolve) => server.once('connection', resolve));
  const socket = net.connect({ host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const peer = await accepted;
  const close = (): void => {
    socket.destroy();
    peer.destroy();
    server.close();
  };
  return { socket, peer, close };
}
