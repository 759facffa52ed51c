import type { EmbeddedStore } from '@ottla/coordination/embedded';
import { Logger } from '@ottla/platform';
import type { LogManager } from '@ottla/storage';
import type { ControlPlane } from '../controller/control-plane.task.ts';
import type { GroupCoordinator } from '../coordinator/group/group-coordinator.ts';
import type { SocketServer } from '../network/socket-server.ts';
import type { ReplicaManager } from '../replication/replica-manager.ts';
import type { BrokerServices } from '../services.ts';
import type { Broker, BrokerListener } from './broker.ts';

/** Kafka's BrokerState as its gauge shows it. */
const RUNNING = 3;
const SHUTTING_DOWN = 7;

/** How long requests that run may take to finish when the broker stops, ms. */
const FINISH_MS_MAX = 1000;

export interface BrokerParts {
  readonly services: BrokerServices;
  readonly clusterId: string;
  readonly listeners: readonly BrokerListener[];
  readonly sockets: SocketServer;
  readonly replicas: ReplicaManager;
  readonly groups: GroupCoordinator;
  readonly logs: LogManager;
  readonly plane: ControlPlane;
  readonly store: EmbeddedStore;
}

export class RunningBroker implements Broker {
  readonly closed: Promise<void>;
  readonly #parts: BrokerParts;
  readonly #log: Logger;
  #resolveClosed: () => void = () => {};
  #ending: Promise<void> | undefined;

  constructor(parts: BrokerParts) {
    this.#parts = parts;
    const { platform, brokerId } = parts.services;
    this.#log = new Logger(platform.log, 'kafka.server.KafkaServer', `[KafkaServer id=${brokerId}] `);
    const { registry } = parts.services.metrics;
    const name = { group: 'kafka.server', type: 'KafkaServer' };
    registry.gauge({ ...name, name: 'BrokerState' }, () => (this.#ending === undefined ? RUNNING : SHUTTING_DOWN));
    registry.gauge({ ...name, name: 'ClusterId' }, () => parts.clusterId);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  get brokerId(): number {
    return this.#parts.services.brokerId;
  }

  get clusterId(): string {
    return this.#parts.clusterId;
  }

  get listeners(): readonly BrokerListener[] {
    return this.#parts.listeners;
  }

  get logDirs(): readonly string[] {
    return this.#parts.services.config.initial.logDirs;
  }

  get services(): BrokerServices {
    return this.#parts.services;
  }

  shutdown(): Promise<void> {
    this.#ending ??= this.#shutdown().finally(this.#resolveClosed);
    return this.#ending;
  }

  kill(): Promise<void> {
    this.#ending ??= this.#kill().finally(this.#resolveClosed);
    return this.#ending;
  }

  async #shutdown(): Promise<void> {
    const { sockets, replicas, groups, logs, plane, store, services } = this.#parts;
    this.#log.info('shutting down');
    const listeners = sockets.stopProcessingRequests();
    for (const listener of listeners) await listener.close();
    // What was written must not be refused below: of a producer that sends it again, the next start knows the last batch only.
    await logs.settled();
    await this.#wait(() => replicas.produceWaiters.size === 0);
    groups.close();
    replicas.shutdown();
    await this.#wait(() => !sockets.hasUnanswered);
    const { brokerEpoch } = plane;
    await plane.leave();
    await store.close();
    sockets.shutdown();
    // Last: it gives up the locks of the directories, where the tree is, too.
    await logs.shutdown({ clean: true, brokerEpoch });
    new Logger(services.platform.log, 'org.apache.kafka.common.utils.AppInfoParser').info(
      `App info kafka.server for ${services.brokerId} unregistered`,
    );
    this.#log.info('shut down completed');
  }

  /** Gives what runs time to be answered, and answers time to leave. */
  async #wait(isDone: () => boolean): Promise<void> {
    const { clock } = this.#parts.services.platform;
    const deadlineMs = clock.monotonicMs() + FINISH_MS_MAX;
    do await clock.sleep(1);
    while (!isDone() && clock.monotonicMs() < deadlineMs);
  }

  async #kill(): Promise<void> {
    const { sockets, replicas, groups, logs, plane, store } = this.#parts;
    for (const listener of sockets.stopProcessingRequests()) await listener.close();
    sockets.shutdown();
    groups.close();
    replicas.shutdown();
    // The tree goes first: nothing that leaving changes is to be kept.
    await store.close();
    await plane.leave().catch(() => undefined);
    await logs.shutdown({ clean: false });
  }
}
