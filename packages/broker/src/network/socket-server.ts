/**
 * Listeners and the connections they accept (Kafka's SocketServer). Ports are bound early, so that the broker can
 * announce them; connections are served once `enableRequestProcessing` says that the broker is ready.
 */
import { type MetricsRegistry, TimingWheel } from '@ottla/common';
import { type Address, type Connection, type ConnectionHandler, type Listener, Logger } from '@ottla/platform';
import { KafkaConnection } from './connection-handler.ts';
import { type ConnectionQuotaSettings, ConnectionQuotas, type NoPlace } from './connection-quotas.ts';
import { noPlaceLogMs, waitingConnectionsMax } from './limits.ts';
import type { RequestServer } from './request-server.ts';

export interface SocketServerSettings extends ConnectionQuotaSettings {
  /** `connections.max.idle.ms`; -1: never. */
  readonly connectionsMaxIdleMs: number;
}

/** Width of the timing wheel's slots: idle connections may live this much longer. */
const IDLE_TICK_MS = 100;

export class SocketServer {
  readonly #requests: RequestServer;
  readonly #settings: SocketServerSettings;
  readonly #quotas: ConnectionQuotas;
  readonly #log: Logger;
  readonly #acceptorLog: Logger;
  readonly #selectorLog: Logger;
  readonly #idle: TimingWheel;
  readonly #listeners = new Map<string, Listener>();
  readonly #connections = new Set<KafkaConnection>();
  /** Accepted before the broker was ready. */
  readonly #early = new Set<EarlyConnection>();
  /** Beyond `max.connections`, in order of arrival: they have no place yet. */
  readonly #waiting = new Map<EarlyConnection, { listener: string; connection: Connection }>();
  #noPlaceLoggedMs = Number.NEGATIVE_INFINITY;
  #noPlaceUnlogged = 0;
  #nextIndex = 0;
  #isReady = false;
  #isStopped = false;

  constructor(requests: RequestServer, settings: SocketServerSettings, brokerId: number) {
    this.#requests = requests;
    this.#settings = settings;
    this.#quotas = new ConnectionQuotas(settings);
    const sink = requests.services.platform.log;
    const prefix = `[SocketServer listenerType=ZK_BROKER, nodeId=${brokerId}] `;
    this.#log = new Logger(sink, 'kafka.network.SocketServer', prefix);
    this.#acceptorLog = new Logger(sink, 'kafka.network.DataPlaneAcceptor');
    this.#selectorLog = new Logger(sink, 'org.apache.kafka.common.network.Selector', prefix);
    this.#idle = new TimingWheel(requests.clock, { tickMs: IDLE_TICK_MS });
  }

  /** Gauges of kafka.network: what is open, what is queued. */
  registerMetrics(registry: MetricsRegistry): void {
    const name = { group: 'kafka.network', type: 'SocketServer' };
    registry.gauge({ ...name, name: 'MemoryPoolAvailable' }, () => this.#requests.budget.availableBytes);
    registry.gauge({ ...name, name: 'MemoryPoolUsed' }, () => this.#requests.budget.usedBytes);
    registry.gauge(
      { group: 'kafka.server', type: 'socket-server-metrics', name: 'connection-count' },
      () => this.#quotas.total,
    );
  }

  get connectionCount(): number {
    return this.#quotas.total;
  }

  /** Requests are running whose answers have not left. */
  get hasUnanswered(): boolean {
    for (const connection of this.#connections) if (connection.unanswered > 0) return true;
    return false;
  }

  /** The bound address of a listener. */
  address(listener: string): Address | undefined {
    return this.#listeners.get(listener)?.address;
  }

  /** A port was bound. */
  opened(name: string, listener: Listener): void {
    this.#listeners.set(name, listener);
    const { host, port } = listener.address;
    this.#acceptorLog.info(`Awaiting socket connections on ${host}:${port}.`);
    this.#log.info(`Created data-plane acceptor and processors for endpoint : ListenerName(${name})`);
  }

  enableRequestProcessing(): void {
    this.#isReady = true;
    for (const early of Array.from(this.#early)) early.start();
    this.#early.clear();
    this.#admitWaiting();
  }

  accept(listener: string, connection: Connection): ConnectionHandler | undefined {
    if (this.#isStopped) return undefined;
    const noPlace = this.#quotas.open(listener, connection.remote.host);
    if (noPlace !== undefined) {
      this.#logNoPlace(noPlace);
      if (!noPlace.isFull || this.#waiting.size >= waitingConnectionsMax) return undefined;
      const waiting = new EarlyConnection(connection, () => this.#waiting.delete(waiting));
      this.#waiting.set(waiting, { listener, connection });
      return waiting;
    }
    const handler = this.#open(listener, connection);
    if (this.#isReady) return handler;
    const early = new EarlyConnection(connection, () => this.#early.delete(early), handler);
    this.#early.add(early);
    return early;
  }

  /** No new connections, no new requests; those that run are answered. Returns the listeners to close. */
  stopProcessingRequests(): Listener[] {
    this.#log.info('Stopping socket server request processors');
    this.#isStopped = true;
    for (const { connection } of this.#waiting.values()) connection.destroy();
    for (const connection of Array.from(this.#connections)) connection.end();
    this.#log.info('Stopped socket server request processors');
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    return listeners;
  }

  /** Drops what is still open. */
  shutdown(): void {
    this.#log.info('Shutting down socket server');
    this.#isStopped = true;
    this.#idle.close();
    for (const connection of Array.from(this.#connections)) connection.destroy();
    this.#early.clear();
    this.#log.info('Shutdown completed');
  }

  #closed(connection: KafkaConnection): void {
    if (!this.#connections.delete(connection)) return;
    this.#quotas.close(connection.listener, connection.clientAddress);
    if (this.#waiting.size > 0) this.#admitWaiting();
  }

  /** The place was taken. */
  #open(listener: string, connection: Connection): KafkaConnection {
    const { local, remote } = connection;
    const id = `${local.host}:${local.port}-${remote.host}:${remote.port}-${this.#nextIndex++}`;
    const handler = new KafkaConnection(connection, id, listener, this.#requests, (closed) => this.#closed(closed));
    this.#connections.add(handler);
    this.#watchIdle(handler, this.#settings.connectionsMaxIdleMs);
    return handler;
  }

  #admitWaiting(): void {
    if (!this.#isReady || this.#isStopped) return;
    for (const [waiting, { listener, connection }] of Array.from(this.#waiting)) {
      const noPlace = this.#quotas.open(listener, connection.remote.host);
      if (noPlace?.isFull === true) continue; // another listener may have places
      this.#waiting.delete(waiting);
      if (noPlace === undefined) waiting.start(this.#open(listener, connection));
      else connection.destroy();
    }
  }

  #logNoPlace({ reason }: NoPlace): void {
    const nowMs = this.#requests.clock.monotonicMs();
    if (nowMs - this.#noPlaceLoggedMs < noPlaceLogMs) {
      this.#noPlaceUnlogged++;
      return;
    }
    const others = this.#noPlaceUnlogged === 0 ? '' : ` (and ${this.#noPlaceUnlogged} others since the last such line)`;
    this.#log.info(`${reason}${others}`);
    this.#noPlaceLoggedMs = nowMs;
    this.#noPlaceUnlogged = 0;
  }

  #watchIdle(connection: KafkaConnection, delayMs: number): void {
    if (delayMs < 0) return;
    this.#idle.schedule(delayMs, () => {
      if (!this.#connections.has(connection)) return;
      const idleMs = this.#requests.clock.monotonicMs() - connection.lastActiveMs;
      const maxMs = this.#settings.connectionsMaxIdleMs;
      if (maxMs < 0 || idleMs < maxMs || connection.unanswered > 0) {
        this.#watchIdle(connection, maxMs < 0 ? maxMs : Math.max(maxMs - idleMs, IDLE_TICK_MS));
        return;
      }
      this.#selectorLog.debug(
        `About to close the idle connection from ${connection.connectionId} due to being idle for ${Math.round(idleMs)} millis`,
      );
      connection.destroy();
    });
  }
}

/** A connection that came before the broker was ready, or before there was a place for it: it is not read until then. */
class EarlyConnection implements ConnectionHandler {
  readonly #connection: Connection;
  readonly #onClosed: () => void;
  readonly #chunks: Buffer[] = [];
  #handler: KafkaConnection | undefined;
  #isStarted = false;

  constructor(connection: Connection, onClosed: () => void, handler?: KafkaConnection) {
    this.#connection = connection;
    this.#onClosed = onClosed;
    this.#handler = handler;
  }

  start(handler: KafkaConnection | undefined = this.#handler): void {
    this.#handler = handler;
    this.#isStarted = true;
    this.#connection.resume();
    for (const chunk of this.#chunks.splice(0)) handler?.received(chunk);
  }

  received(chunk: Buffer): void {
    if (this.#isStarted) {
      this.#handler?.received(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#connection.pause();
  }

  drained(): void {
    this.#handler?.drained();
  }

  closed(error: Error | undefined): void {
    if (!this.#isStarted) for (const chunk of this.#chunks.splice(0)) this.#connection.release(chunk);
    this.#onClosed();
    this.#handler?.closed(error);
  }
}
