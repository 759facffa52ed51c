/**
 * Listeners and the connections they accept (Kafka's SocketServer). Ports are bound early, so that the broker can
 * announce them; connections are served once `enableRequestProcessing` says that the broker is ready.
 */
import { type MetricsRegistry, TimingWheel } from '@ottla/common';
import { type Address, type Connection, type ConnectionHandler, type Listener, Logger } from '@ottla/platform';
import { KafkaConnection } from './connection-handler.ts';
import { type ConnectionQuotaSettings, ConnectionQuotas } from './connection-quotas.ts';
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
  }

  accept(listener: string, connection: Connection): ConnectionHandler | undefined {
    if (this.#isStopped) return undefined;
    const rejection = this.#quotas.open(listener, connection.remote.host);
    if (rejection !== undefined) {
      this.#log.info(rejection);
      return undefined;
    }
    const { local, remote } = connection;
    const id = `${local.host}:${local.port}-${remote.host}:${remote.port}-${this.#nextIndex++}`;
    const handler = new KafkaConnection(connection, id, listener, this.#requests, (closed) => this.#closed(closed));
    this.#connections.add(handler);
    this.#watchIdle(handler, this.#settings.connectionsMaxIdleMs);
    if (this.#isReady) return handler;
    const early = new EarlyConnection(connection, handler, () => this.#early.delete(early));
    this.#early.add(early);
    return early;
  }

  /** No new connections, no new requests; those that run are answered. Returns the listeners to close. */
  stopProcessingRequests(): Listener[] {
    this.#log.info('Stopping socket server request processors');
    this.#isStopped = true;
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

/** A connection that came before the broker was ready: it is not read until then. */
class EarlyConnection implements ConnectionHandler {
  readonly #connection: Connection;
  readonly #handler: KafkaConnection;
  readonly #onClosed: () => void;
  readonly #chunks: Buffer[] = [];
  #isStarted = false;

  constructor(connection: Connection, handler: KafkaConnection, onClosed: () => void) {
    this.#connection = connection;
    this.#handler = handler;
    this.#onClosed = onClosed;
  }

  start(): void {
    this.#isStarted = true;
    this.#connection.resume();
    for (const chunk of this.#chunks.splice(0)) this.#handler.received(chunk);
  }

  received(chunk: Buffer): void {
    if (this.#isStarted) {
      this.#handler.received(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#connection.pause();
  }

  drained(): void {
    this.#handler.drained();
  }

  closed(error: Error | undefined): void {
    if (!this.#isStarted) for (const chunk of this.#chunks.splice(0)) this.#connection.release(chunk);
    this.#onClosed();
    this.#handler.closed(error);
  }
}
