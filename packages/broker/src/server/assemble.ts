import { type DynamicBrokerConfig, MetricsRegistry } from '@ottla/common';
import type { Platform } from '@ottla/platform';
import type { LogManager } from '@ottla/storage';
import type { Endpoint } from '../api/endpoint.ts';
import type { ControlPlane } from '../controller/control-plane.task.ts';
import { GroupCoordinator, OFFSETS_TOPIC } from '../coordinator/group/group-coordinator.ts';
import { RequestMetrics } from '../metrics/request-metrics.ts';
import { registerRuntimeMetrics } from '../metrics/runtime-metrics.ts';
import { TopicMetrics } from '../metrics/topic-metrics.ts';
import { RequestServer } from '../network/request-server.ts';
import { SocketServer } from '../network/socket-server.ts';
import { ClientQuotas } from '../quota/client-quotas.ts';
import { FetchSessionCache } from '../replication/fetch-session-cache.ts';
import { ReplicaManager } from '../replication/replica-manager.ts';
import { AllowAll } from '../security/authorizer.ts';
import type { BrokerServices } from '../services.ts';
import { NO_FEATURES } from './features.ts';
import {
  connectionLimits,
  groupSettings,
  quotaWindows,
  requestServerSettings,
  socketServerSettings,
  topicSettings,
} from './settings.ts';

/** The parts of a broker that need nothing from outside, wired but idle. */
export interface Assembly {
  readonly services: BrokerServices;
  readonly sockets: SocketServer;
  readonly replicas: ReplicaManager;
  readonly groups: GroupCoordinator;
}

export function assemble(
  platform: Platform,
  config: DynamicBrokerConfig,
  brokerId: number,
  plane: ControlPlane,
  logs: LogManager,
  endpoints: readonly Endpoint[],
): Assembly {
  const { metadata, configs, admin, producerIds } = plane;
  const registry = new MetricsRegistry(platform.clock);
  const requests = new RequestMetrics(registry);
  const topics = topicSettings(config, configs);
  const replicationSettings = (topic: string) => configs.topics.logConfig(topic);
  const replicas = new ReplicaManager({ brokerId, platform, logs, metadata, replicationSettings });
  const slots = (): number => config.int('max.incremental.fetch.session.cache.slots');
  const fetchSessions = new FetchSessionCache(platform.clock, platform.random, slots);
  const groups = new GroupCoordinator({
    platform,
    brokerId,
    settings: () => groupSettings(config),
    partitionCount: () => metadata.topic(OFFSETS_TOPIC)?.partitions.size ?? config.int('offsets.topic.num.partitions'),
    decompressedBytesMax: topics.decompressedBytesMax(),
  });
  const topicMetrics = new TopicMetrics(registry);
  metadata.onChange(({ removed }) => {
    const gone = removed.filter(({ topic }) => metadata.topic(topic) === undefined).map(({ topic }) => topic);
    if (gone.length > 0) groups.topicsDeleted(new Set(gone));
    for (const topic of gone) topicMetrics.remove(topic);
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
    znodeOffsets: plane.znodeOffsets,
    authorizer: new AllowAll(),
    quotas: new ClientQuotas(
      configs.quotas,
      platform.clock,
      quotaWindows(config, 'quota'),
      quotaWindows(config, 'controller.quota'),
    ),
    metrics: { registry, requests, topics: topicMetrics },
    features: NO_FEATURES,
    listedApis: endpoints.map(({ key, minVersion, maxVersion }) => ({ apiKey: key, minVersion, maxVersion })),
    platform,
  };
  const server = new RequestServer(services, endpoints, requestServerSettings(config), requests, brokerId);
  const sockets = new SocketServer(server, socketServerSettings(config), brokerId);
  config.subscribe(connectionLimits(config), () => sockets.limitsChanged());
  for (const part of [sockets, replicas, fetchSessions]) part.registerMetrics(registry);
  registerRuntimeMetrics(registry, platform.runtime);
  return { services, sockets, replicas, groups };
}
