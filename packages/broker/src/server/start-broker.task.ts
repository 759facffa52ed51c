/**
 * A broker from its configuration, in Kafka's order: directories and their ids, the metadata tree, logs, ports, replicas
 * and coordinators, the cluster, and last the requests.
 */
import { type BrokerConfig, ConfigException, chooseBrokerId, DynamicBrokerConfig, present } from '@ottla/common';
import { type EmbeddedStore, openEmbeddedStore } from '@ottla/coordination/embedded';
import { Logger, type Platform } from '@ottla/platform';
import { LogManager } from '@ottla/storage';
import { ENDPOINTS } from '../api/registry.ts';
import type { ConfigAdmin } from '../config/config-admin.ts';
import { adoptTopics } from '../controller/adopt.task.ts';
import { ControlPlane } from '../controller/control-plane.task.ts';
import { bindListeners } from '../network/bind-listeners.task.ts';
import type { SocketServer } from '../network/socket-server.ts';
import { ControllerRequests } from '../replication/controller-requests.task.ts';
import type { ReplicaManager } from '../replication/replica-manager.ts';
import { assemble } from './assemble.ts';
import type { Broker, BrokerListener, StartOptions } from './broker.ts';
import { type MetaProperties, readMetaProperties, writeMetaProperties } from './meta-properties.task.ts';
import { metadataDirectory } from './metadata-directory.task.ts';
import { RunningBroker } from './running-broker.task.ts';
import { logManagerSettings } from './settings.ts';
import { KAFKA_VERSION } from './version.ts';

/**
 * Resolves when the broker serves requests. Rejects with ConfigException, DirectoryLockedError, BindError and their like;
 * nothing stays open then.
 */
export async function startBroker(
  platform: Platform,
  config: BrokerConfig,
  options: StartOptions = {},
): Promise<Broker> {
  const log = new Logger(platform.log, 'kafka.server.KafkaServer');
  log.info('starting');
  for (const warning of config.warnings()) log.warn(warning);
  if (config.mode.kind === 'zookeeper') {
    throw new ConfigException(
      'zookeeper.connect is set, but this version keeps its metadata in its own tree only. Remove zookeeper.connect.',
    );
  }
  const opened: Opened = {};
  try {
    return await start(platform, config, options, opened);
  } catch (error) {
    await opened.store?.close();
    await opened.logs?.shutdown({ clean: false });
    throw error;
  }
}

/** What must be closed when the start fails, and the broker when it runs. */
interface Opened {
  broker?: Broker;
  logs?: LogManager;
  store?: EmbeddedStore;
}

async function start(
  platform: Platform,
  staticConfig: BrokerConfig,
  options: StartOptions,
  opened: Opened,
): Promise<Broker> {
  const log = new Logger(platform.log, 'kafka.server.KafkaServer');
  const config = new DynamicBrokerConfig(staticConfig);
  let configs: ConfigAdmin | undefined;
  const logs = new LogManager({
    platform,
    logDirectories: staticConfig.logDirs,
    configFor: (topic) => present(configs, "the topics' properties are loaded before the logs").topics.logConfig(topic),
    settings: logManagerSettings(config),
    ...(options.storageRules === undefined ? {} : { storageRules: options.storageRules }),
  });
  opened.logs = logs;
  await logs.prepare();
  const directories = logs.liveDirectories;
  const meta = await readMetaProperties(platform, directories);
  const brokerId = chosenId(staticConfig, meta);
  const store = await openEmbeddedStore({
    ...platform,
    directory: await metadataDirectory(platform.disk, directories, logs.offlineDirectories),
    onBroken: (reason, error) => {
      platform.fatal.halt(`Shutdown broker because its metadata cannot be changed any more: ${reason}`, error);
      // What runs inside another program goes on, so nothing may be left half alive.
      void opened.broker?.kill();
    },
    ...(options.metadataSnapshotBytesMin === undefined ? {} : { snapshotBytesMin: options.metadataSnapshotBytesMin }),
  });
  opened.store = store;
  const coordination = store.connect();
  await adoptTopics({
    platform,
    coordination,
    config,
    directories,
    brokerId,
    clusterId: meta.clusterId,
    force: options.adopt ?? false,
    configs: options.adoptConfigs ?? new Map(),
  });
  const known = meta.clusterId === undefined ? {} : { clusterId: meta.clusterId };
  const plane = await ControlPlane.open({ platform, coordination, config, brokerId, ...known });
  configs = plane.configs;
  log.info(`Cluster ID = ${plane.clusterId}`);
  checkCluster(plane.clusterId, meta);
  await writeMetaProperties(platform, directories, plane.clusterId, brokerId);
  await logs.start();
  const endpoints = options.endpoints?.(ENDPOINTS) ?? ENDPOINTS;
  const parts = assemble(platform, config, brokerId, plane, logs, endpoints);
  const { sockets, replicas, groups } = parts;
  try {
    const backlog = config.int('socket.listen.backlog.size');
    const sendBufferBytes = config.int('socket.send.buffer.bytes');
    await bindListeners(platform.network, sockets, staticConfig.listeners, { backlog, sendBufferBytes });
    const listeners = advertised(platform, staticConfig, sockets);
    replicas.onLeadership(groups);
    await plane.join({
      replicas: new ControllerRequests(replicas, plane.logDirEvents),
      endpoints: listeners.map(({ name, host, port }) => ({
        listener: name,
        securityProtocol: 'PLAINTEXT',
        host,
        port,
      })),
      interBrokerListener: staticConfig.interBrokerListenerName,
      uncleanStart: logs.previousBrokerEpoch === undefined,
    });
    const broker = new RunningBroker({
      ...parts,
      clusterId: plane.clusterId,
      listeners,
      plane,
      store,
      logs,
    });
    opened.broker = broker;
    watchDirectories(broker, plane, replicas, logs);
    sockets.enableRequestProcessing();
    announce(platform, brokerId);
    return broker;
  } catch (error) {
    for (const listener of sockets.stopProcessingRequests()) await listener.close();
    sockets.shutdown();
    groups.close();
    replicas.shutdown();
    await plane.leave();
    throw error;
  }
}

function chosenId(config: BrokerConfig, meta: MetaProperties): number {
  const chosen = chooseBrokerId(config, meta.brokerId, meta.path);
  // One broker serves an embedded cluster: the first id above the reserved ones is free.
  return chosen.kind === 'known' ? chosen.brokerId : chosen.above + 1;
}

function checkCluster(clusterId: string, { clusterId: stored }: MetaProperties): void {
  if (stored === undefined || stored === clusterId) return;
  throw new ConfigException(
    `The Cluster ID ${clusterId} doesn't match stored clusterId Some(${stored}) in meta.properties. The broker is trying to join the wrong cluster. Configured zookeeper.connect may be wrong.`,
  );
}

function advertised(platform: Platform, config: BrokerConfig, sockets: SocketServer): BrokerListener[] {
  return config.advertisedListeners.map(({ name, host, port }) => ({
    name,
    host: host === '' ? platform.network.hostName() : host,
    port: port === 0 ? (sockets.address(name)?.port ?? 0) : port,
  }));
}

/** A failed directory takes its partitions offline; the last one takes the broker. */
function watchDirectories(broker: Broker, plane: ControlPlane, replicas: ReplicaManager, logs: LogManager): void {
  logs.onLogDirFailure(() => {
    replicas.directoryFailed();
    plane.logDirEvents.announce();
    // The log manager halts then; what runs inside another program goes on, so nothing may be left half alive.
    if (logs.liveDirectories.length === 0) void broker.kill();
  });
}

function announce(platform: Platform, brokerId: number): void {
  const info = new Logger(platform.log, 'org.apache.kafka.common.utils.AppInfoParser');
  info.info(`Kafka version: ${KAFKA_VERSION}`);
  info.info(`Kafka startTimeMs: ${platform.clock.wallMs()}`);
  new Logger(platform.log, 'kafka.server.KafkaServer', `[KafkaServer id=${brokerId}] `).info('started');
}
