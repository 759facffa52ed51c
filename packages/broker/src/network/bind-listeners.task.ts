import type { ListenerConfig } from '@ottla/common';
import { type ListenOptions, type Network, NetworkError } from '@ottla/platform';
import type { SocketServer } from './socket-server.ts';

/** A listener could not be bound; Java: KafkaException. */
export class BindError extends Error {
  override readonly name = 'BindError';
  /** The system's; it also tells the log that no stack is needed. */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The system's words, as Java's BindException has them. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'Address already in use'],
  ['EACCES', 'Permission denied'],
  ['EADDRNOTAVAIL', 'Cannot assign requested address'],
  ['ENOTFOUND', 'Unresolved address'],
]);

/** Binds all listeners in order. On failure those that are bound already are closed. Rejects with BindError. */
export async function bindListeners(
  network: Network,
  server: SocketServer,
  listeners: readonly ListenerConfig[],
  settings: Pick<ListenOptions, 'backlog' | 'sendBufferBytes'>,
): Promise<void> {
  for (const { name, host, port } of listeners) {
    try {
      const listener = await network.listen({ host, port, ...settings }, (connection) =>
        server.accept(name, connection),
      );
      server.opened(name, listener);
    } catch (error) {
      for (const listener of server.stopProcessingRequests()) await listener.close();
      if (!(error instanceof NetworkError)) throw error;
      const reason = REASONS.get(error.code) ?? error.message;
      const place = `${host === '' ? '0.0.0.0' : host}:${port}`;
      throw new BindError(error.code, `Socket server failed to bind to ${place}: ${reason}.`);
    }
  }
}
