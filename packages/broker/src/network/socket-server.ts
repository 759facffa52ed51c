/**
 * Listeners and the connections they accept (Kafka's SocketServer). Ports are bound early, so that the broker can
 * announce them; connections are served once `enableRequestProcessing` says that the broker is ready.
 */
import { type MetricsRegistry, type TimerTask, TimingWheel } from '@ottla/common';
import { type Address, type Connection, type ConnectionHandler, type Listener, Logger } from '@ottla/platform';
import { Acceptor, type AcceptorHost, WaitingConnection } from './acceptor.ts';
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
  /** Each with the timer of its idleness, which must not keep it once it is closed. */
  readonly #connections = new Map<KafkaConnection, TimerTask | undefined>();
  /** Accepted before the broker was ready. */
  readonly #early = new Map<WaitingConnection, KafkaConnection>();
  readonly #acceptors = new Map<string, Acceptor>();
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
    for (const connection of this.#connections.keys()) if (connection.unanswered > 0) return true;
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
    for (const [early, handler] of Array.from(this.#early)) early.begin(handler);
    this.#early.clear();
  }

  accept(listener: string, connection: Connection): ConnectionHandler | undefined {
    return this.#acceptor(listener).accept(connection);
  }

  /** A limit of connections was changed. */
  limitsChanged(): void {
    this.#closeExcess();
    for (const acceptor of this.#acceptors.values()) acceptor.next();
  }

  /** No new connections, no new requests; those that run are answered. Returns the listeners to close. */
  stopProcessingRequests(): Listener[] {
    this.#log.info('Stopping socket server request processors');
    this.#isStopped = true;
    for (const connection of Array.from(this.#connections.keys())) connection.end();
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
    for (const acceptor of this.#acceptors.values()) acceptor.close();
    for (const connection of Array.from(this.#connections.keys())) connection.destroy();
    this.#early.clear();
    this.#log.info('Shutdown completed');
  }

  #acceptor(listener: string): Acceptor {
    let acceptor = this.#acceptors.get(listener);
    if (acceptor === undefined) {
      const host: AcceptorHost = {
        quotas: this.#quotas,
        isStopped: () => this.#isStopped,
        clock: this.#requests.clock,
        admitted: (connection) => this.#admitted(connection, listener),
      };
      acceptor = new Acceptor(listener, host, this.#acceptorLog);
      this.#acceptors.set(listener, acceptor);
    }
    return acceptor;
  }

  #admitted(connection: Connection, listener: string): ConnectionHandler {
    const { local, remote } = connection;
    const id = `${local.host}:${local.port}-${remote.host}:${remote.port}-${this.#nextIndex++}`;
    const handler = new KafkaConnection(connection, id, listener, this.#requests, (closed) => this.#closed(closed));
    this.#connections.set(handler, undefined);
    this.#watchIdle(handler, this.#settings.connectionsMaxIdleMs);
    this.#closeExcess();
    if (this.#isReady) return handler;
    const early = new WaitingConnection(connection, () => this.#early.delete(early));
    this.#early.set(early, handler);
    return early;
  }

  /** Those that have been silent longest (Kafka: Processor.closeExcessConnections). */
  #closeExcess(): void {
    const excess = Math.max(0, ...[...this.#listeners.keys()].map((listener) => this.#quotas.excess(listener)));
    if (excess === 0) return;
    [...this.#connections.keys()]
      .filter(({ listener }) => this.#quotas.excess(listener) > 0)
      .sort((left, right) => left.lastActiveMs - right.lastActiveMs)
      .slice(0, excess)
      .forEach((connection) => connection.destroy());
  }

  #closed(connection: KafkaConnection): void {
    const idle = this.#connections.get(connection);
    if (!this.#connections.delete(connection)) return;
    idle?.cancel();
    this.#quotas.close(connection.listener, connection.clientAddress);
    if (!this.#isStopped) for (const acceptor of this.#acceptors.values()) acceptor.next();
  }

  #watchIdle(connection: KafkaConnection, delayMs: number): void {
    if (delayMs < 0) return;
    const task = this.#idle.schedule(delayMs, () => {
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
    this.#connections.set(connection, task);
  }
}
