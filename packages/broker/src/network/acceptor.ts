/**
 * Who came to a listener and may not be served yet (Kafka's Acceptor, which stops accepting then): one after the other waits for
 * a slot (`max.connections`) and for its time (`max.connection.creation.rate`). Nobody who waits is read.
 */
import type { Clock, Connection, ConnectionHandler, Logger, Timer } from '@ottla/platform';
import type { ConnectionQuotas } from './connection-quotas.ts';
import { noPlaceLogMs, waitingConnectionsMax } from './limits.ts';

export interface AcceptorHost {
  readonly quotas: ConnectionQuotas;
  readonly clock: Clock;
  isStopped(): boolean;
  /** The connection has its place. Returns who gets what arrives. */
  admitted(connection: Connection): ConnectionHandler;
}

export class Acceptor {
  readonly #listener: string;
  readonly #host: AcceptorHost;
  readonly #log: Logger;
  readonly #waiting = new Set<WaitingConnection>();
  /** When the first of them may be served as far as the rate goes; undefined while it was not counted. */
  #readyMs: number | undefined;
  #timer: Timer | undefined;
  #loggedMs = Number.NEGATIVE_INFINITY;
  #unlogged = 0;

  constructor(listener: string, host: AcceptorHost, log: Logger) {
    this.#listener = listener;
    this.#host = host;
    this.#log = log;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  accept(connection: Connection): ConnectionHandler | undefined {
    if (this.#host.isStopped()) return undefined;
    if (this.#waiting.size === 0 && this.#mayPass()) return this.#admit(connection);
    const from = `/${connection.remote.host}`;
    if (this.#waiting.size >= waitingConnectionsMax) {
      this.#note(
        `Rejected connection from ${from}, ${waitingConnectionsMax} others wait on ${this.#listener} already.`,
      );
      return undefined;
    }
    this.#note(
      `Connections of listener ${this.#listener} wait (max.connections, max.connection.creation.rate), the last one from ${from}.`,
    );
    const waiting = new WaitingConnection(connection, (gone) => this.#waiting.delete(gone));
    this.#waiting.add(waiting);
    return waiting;
  }

  /** A connection closed, or a limit changed. */
  next(): void {
    for (const waiting of this.#waiting) {
      if (this.#host.isStopped() || !this.#mayPass()) return;
      this.#waiting.delete(waiting);
      const handler = this.#admit(waiting.connection);
      if (handler === undefined) waiting.connection.destroy();
      else waiting.begin(handler);
    }
  }

  close(): void {
    this.#timer?.cancel();
    for (const { connection } of this.#waiting) connection.destroy();
    this.#waiting.clear();
  }

  /** Has the first in line its time and a slot? Its coming is counted once. */
  #mayPass(): boolean {
    const { quotas } = this.#host;
    const nowMs = this.#host.clock.monotonicMs();
    this.#readyMs ??= nowMs + quotas.cameAt(nowMs, this.#listener);
    if (nowMs < this.#readyMs) {
      this.#timer?.cancel();
      this.#timer = this.#host.clock.setTimer(this.#readyMs - nowMs, () => this.next());
      return false;
    }
    return quotas.hasSlot(this.#listener);
  }

  #admit(connection: Connection): ConnectionHandler | undefined {
    this.#readyMs = undefined;
    const rejection = this.#host.quotas.open(this.#listener, connection.remote.host);
    if (rejection === undefined) return this.#host.admitted(connection);
    this.#note(rejection);
    return undefined;
  }

  /** One line in a while: there may be thousands a second. */
  #note(reason: string): void {
    const nowMs = this.#host.clock.monotonicMs();
    if (nowMs - this.#loggedMs < noPlaceLogMs) {
      this.#unlogged++;
      return;
    }
    this.#log.info(this.#unlogged === 0 ? reason : `${reason} ${this.#unlogged} more were not logged.`);
    this.#loggedMs = nowMs;
    this.#unlogged = 0;
  }
}

/** A connection that is not read yet. */
export class WaitingConnection implements ConnectionHandler {
  readonly connection: Connection;
  readonly #onGone: (waiting: WaitingConnection) => void;
  readonly #chunks: Buffer[] = [];
  #handler: ConnectionHandler | undefined;

  constructor(connection: Connection, onGone: (waiting: WaitingConnection) => void) {
    this.connection = connection;
    this.#onGone = onGone;
  }

  begin(handler: ConnectionHandler): void {
    this.#handler = handler;
    this.connection.resume();
    for (const chunk of this.#chunks.splice(0)) handler.received(chunk);
  }

  received(chunk: Buffer): void {
    if (this.#handler !== undefined) {
      this.#handler.received(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.connection.pause();
  }

  room(): Buffer | undefined {
    return this.#handler?.room?.();
  }

  filled(bytes: number): void {
    this.#handler?.filled?.(bytes);
  }

  drained(): void {
    this.#handler?.drained();
  }

  closed(error: Error | undefined): void {
    for (const chunk of this.#chunks.splice(0)) this.connection.release(chunk);
    this.#onGone(this);
    this.#handler?.closed(error);
  }
}
