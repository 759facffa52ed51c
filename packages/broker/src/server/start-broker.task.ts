/**
 * A broker from its configuration, in Kafka's order: directories and their ids, the metadata tree, logs, ports, replicas
 * and coordinators, the cluster, and last the requests.
 */
import {
  type BrokerConfig,
  ConfigException,
  chooseBrokerId,
  DynamicBrokerConfig,
  MetricsRegistry,
} from '@ottla/common';
import { type EmbeddedStore, openEmbeddedStore } from '@ottla/coordination/embedded';
import { Logger, type Platform } from '@ottla/platform';
import { LogManager } from '@ottla/storage';
import { ENDPOINTS } from '../api/registry.ts';
import { ControlPlane } from '../controller/control-plane.task.ts';
import { GroupCoordinator, OFFSETS_TOPIC } from '../coordinator/group/group-coordinator.ts';
import { RequestMetrics } from '../metrics/request-metrics.ts';
import { TopicMetrics } from '../metrics/topic-metrics.ts';
import { bindListeners } from '../network/bind-listeners.task.ts';
import { RequestServer } from '../network/request-server.ts';
import { SocketServer } from '../network/socket-server.ts';
import { Unlimited } from '../quota/quotas.ts';
import { ControllerRequests } from '../replication/controller-requests.task.ts';
import { FetchSessionCache } from '../replication/fetch-session-cache.ts';
import { ReplicaManager } from '../replication/replica-manager.ts';
import { AllowAll } from '../security/authorizer.ts';
import type { BrokerServices } from '../services.ts';
import type { Broker, BrokerListener, StartOptions } from './broker.ts';
import { NO_FEATURES } from './features.ts';
import { type LogDirectories, openLogDirectories, releaseLocks } from './log-directories.task.ts';
import { type MetaProperties, readMetaProperties, writeMetaProperties } from './meta-properties.task.ts';
import { RunningBroker } from './running-broker.task.ts';
import { groupSettings, requestServerSettings, socketServerSettings, topicSettings } from './settings.ts';
import { KAFKA_VERSION } from './version.ts';

/** Undecodable beyond this: a batch that claims to be larger than any that is allowed, or a bomb. */
const DECOMPRESSED_BYTES_MIN = 64 * 1024 * 1024;
const DECOMPRESSED_FACTOR = 32;

/**
 * Resolves when the broker serves requests. Rejects with ConfigException, DirectoryLockedError, BindError and their like;
 * nothing stays open then.
 */
export async function startBroker(
  platform: Platform,
  config: BrokerConfig,
  _options: StartOptions = {},
): Promise<Broker> {
  const log = new Logger(platform.log, 'kafka.server.KafkaServer');
  log.info('starting');
  for (const warning of config.warnings()) log.warn(warning);
  if (config.mode.kind === 'zookeeper') {
    throw new ConfigException(
      'zookeeper.connect is set, but this version keeps its metadata in its own tree only. Remove zookeeper.connect.',
    );
  }
  const directories = await openLogDirectories(platform, config.logDirs);
  let store: EmbeddedStore | undefined;
  try {
    const meta = await readMetaProperties(platform, directories.live);
    store = await openEmbeddedStore({ ...platform, directory: directories.live[0] ?? '' });
    return await startOn(platform, config, directories, meta, store);
  } catch (error) {
    await store?.close();
    await releaseLocks(directories.locks);
    throw error;
  }
}

async function startOn(
  platform: Platform,
  staticConfig: BrokerConfig,
  directories: LogDirectories,
  meta: MetaProperties,
  store: EmbeddedStore,
): Promise<Broker> {
  const log = new Logger(platform.log, 'kafka.server.KafkaServer');
  const config = new DynamicBrokerConfig(staticConfig);
  const brokerId = chosenId(staticConfig, meta.brokerId);
  const coordination = store.connect();
  const known = meta.clusterId === undefined ? {} : { clusterId: meta.clusterId };
  const plane = await ControlPlane.open({ platform, coordination, config, brokerId, ...known });
  log.info(`Cluster ID = ${plane.clusterId}`);
  checkCluster(plane.clusterId, meta);
  await writeMetaProperties(platform, directories.live, plane.clusterId, brokerId);
  const logs = await openLogs(platform, config, plane, directories);
  const parts = assemble(platform, config, brokerId, plane, logs);
  const { sockets, replicas, groups } = parts;
  try {
    const backlog = config.int('socket.listen.backlog.size');
    await bindListeners(platform.network, sockets, staticConfig.listeners, backlog);
    const listeners = advertised(platform, staticConfig, sockets);
    replicas.onLeadership(groups);
    await plane.join({
      replicas: new ControllerRequests(replicas),
      endpoints: listeners.map(({ name, host, port }) => ({
        listener: name,
        securityProtocol: 'PLAINTEXT',
        host,
        port,
      })),
      interBrokerListener: staticConfig.interBrokerListenerName,
      uncleanStart: logs.uncleanStart,
    });
    const broker = new RunningBroker({
      ...parts,
      clusterId: plane.clusterId,
      listeners,
      plane,
      store,
      logs,
      locks: directories.locks,
    });
    watchDirectories(platform, broker, parts.replicas, logs);
    sockets.enableRequestProcessing();
    announce(platform, brokerId);
    return broker;
  } catch (error) {
    for (const listener of sockets.stopProcessingRequests()) await listener.close();
    sockets.shutdown();
    groups.close();
    replicas.shutdown();
    await logs.shutdown({ clean: false });
    await plane.leave();
    throw error;
  }
}

interface Assembly {
  readonly services: BrokerServices;
  readonly sockets: SocketServer;
  readonly replicas: ReplicaManager;
  readonly groups: GroupCoordinator;
}

function assemble(
  platform: Platform,
  config: DynamicBrokerConfig,
  brokerId: number,
  plane: ControlPlane,
  logs: LogManager,
): Assembly {
  const { metadata, configs, admin, producerIds } = plane;
  const registry = new MetricsRegistry(platform.clock);
  const requests = new RequestMetrics(registry);
  const topics = topicSettings(configs);
  const { minInSyncReplicas } = topics;
  const replicas = new ReplicaManager({ brokerId, platform, logs, metadata, minInSyncReplicas });
  const slots = (): number => config.int('max.incremental.fetch.session.cache.slots');
  const fetchSessions = new FetchSessionCache(platform.clock, platform.random, slots);
  const groups = new GroupCoordinator({
    platform,
    brokerId,
    settings: () => groupSettings(config),
    partitionCount: () => metadata.topic(OFFSETS_TOPIC)?.partitions.size ?? config.int('offsets.topic.num.partitions'),
    decompressedBytesMax: decompressedBytesMax(config),
  });
  metadata.onChange(({ removed }) => {
    const gone = removed.filter(({ topic }) => metadata.topic(topic) === undefined).map(({ topic }) => topic);
    if (gone.length > 0) groups.topicsDeleted(new Set(gone));
  });
  const services: BrokerServices = {
    brokerId,
    config,
    metadata,
    replicas,
    logs,
    fetchSessions,
    topicSettings: topics,
    admin,
    configs,
    groups,
    producerIds,
    authorizer: new AllowAll(),
    quotas: new Unlimited(),
    metrics: { registry, requests, topics: new TopicMetrics(registry) },
    features: NO_FEATURES,
    listedApis: ENDPOINTS.map(({ key, minVersion, maxVersion }) => ({ apiKey: key, minVersion, maxVersion })),
    platform,
  };
  const server = new RequestServer(services, ENDPOINTS, requestServerSettings(config), requests, brokerId);
  const sockets = new SocketServer(server, socketServerSettings(config), brokerId);
  for (const part of [sockets, replicas, fetchSessions]) part.registerMetrics(registry);
  return { services, sockets, replicas, groups };
}

function decompressedBytesMax(config: DynamicBrokerConfig): number {
  return Math.max(DECOMPRESSED_BYTES_MIN, DECOMPRESSED_FACTOR * config.int('message.max.bytes'));
}

function chosenId(config: BrokerConfig, stored: number | undefined): number {
  const chosen = chooseBrokerId(config, stored);
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
function watchDirectories(platform: Platform, broker: Broker, replicas: ReplicaManager, logs: LogManager): void {
  logs.onLogDirFailure(() => {
    replicas.directoryFailed();
    if (logs.liveDirectories.length > 0) return;
    const reason = `Shutdown broker because all log dirs in ${broker.logDirs.join(', ')} have failed`;
    void broker.kill();
    platform.fatal.halt(reason);
  });
}

function announce(platform: Platform, brokerId: number): void {
  const info = new Logger(platform.log, 'org.apache.kafka.common.utils.AppInfoParser');
  info.info(`Kafka version: ${KAFKA_VERSION}`);
  info.info(`Kafka startTimeMs: ${platform.clock.wallMs()}`);
  new Logger(platform.log, 'kafka.server.KafkaServer', `[KafkaServer id=${brokerId}] `).info('started');
}
