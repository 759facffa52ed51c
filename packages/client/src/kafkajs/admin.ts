import { alterConfigs, createAcls, deleteAcls, describeAcls, describeConfigs } from './admin-configs.ts';
import { deleteGroups, describeGroups, listGroups } from './admin-groups.ts';
import {
  fetchOffsets,
  fetchTopicOffsets,
  fetchTopicOffsetsByTimestamp,
  resetOffsets,
  setOffsets,
} from './admin-offsets.ts';
import {
  alterPartitionReassignments,
  createPartitions,
  createTopics,
  deleteTopicRecords,
  deleteTopics,
  fetchTopicMetadata,
  listPartitionReassignments,
} from './admin-topics.ts';
import { type Admin, type AdminConfig, type AdminPayloads, adminEvents } from './admin-types.ts';
import { toKafkaJSError } from './error-mapping.ts';
import { Events, networkObserver } from './events.ts';
import type { ClientParts } from './kafka.ts';
import { Link } from './link.ts';
import type { Logger } from './logger.ts';

type Args<Name extends keyof Admin> = Admin[Name] extends (...args: infer A) => unknown ? A : never;

export class KafkaJSAdmin implements Admin {
  readonly events = adminEvents;
  readonly on: Admin['on'];
  readonly #link: Link;
  readonly #logger: Logger;
  readonly #events: Events<AdminPayloads>;

  constructor({ kafkaConfig, platform, logger, retry }: ClientParts, config: AdminConfig) {
    this.#logger = logger.namespace('Admin');
    const events = new Events<AdminPayloads>('admin', adminEvents, platform.clock, this.#logger);
    this.#events = events;
    this.on = events.on;
    this.#link = new Link({
      config: kafkaConfig,
      platform,
      logger: this.#logger,
      retry: { ...retry, ...config.retry },
      allowAutoTopicCreation: false,
      observer: networkObserver(kafkaConfig.clientId ?? 'kafkajs', {
        request: (payload) => events.emit('admin.network.request', payload),
        requestTimeout: (payload) => events.emit('admin.network.request_timeout', payload),
        queueSize: (payload) => events.emit('admin.network.request_queue_size', payload),
      }),
    });
  }

  async connect(): Promise<void> {
    await this.#link.connect();
    this.#events.emit('admin.connect', null);
  }

  async disconnect(): Promise<void> {
    await this.#link.disconnect();
    this.#events.emit('admin.disconnect', null);
  }

  logger(): Logger {
    return this.#logger;
  }

  async listTopics(): Promise<string[]> {
    const { topics } = await this.fetchTopicMetadata();
    return topics.map(({ name }) => name);
  }

  createTopics(...[options]: Args<'createTopics'>): Promise<boolean> {
    return this.#run(() => createTopics(this.#link, options));
  }

  deleteTopics(...[options]: Args<'deleteTopics'>): Promise<void> {
    return this.#run(() => deleteTopics(this.#link, options));
  }

  createPartitions(...[options]: Args<'createPartitions'>): Promise<boolean> {
    return this.#run(() => createPartitions(this.#link, options));
  }

  fetchTopicMetadata(...[options]: Args<'fetchTopicMetadata'>): ReturnType<Admin['fetchTopicMetadata']> {
    return this.#run(() => fetchTopicMetadata(this.#link, options?.topics ?? []));
  }

  describeCluster(): ReturnType<Admin['describeCluster']> {
    return this.#run(async () => {
      const cluster = await this.#link.cluster();
      await this.#link.retrying(() => cluster.refresh([]));
      const { brokers, controllerId, clusterId } = cluster.metadata;
      return {
        brokers: Array.from(brokers.values(), ({ id, host, port }) => ({ nodeId: id, host, port })),
        controller: controllerId < 0 ? null : controllerId,
        clusterId: clusterId ?? '',
      };
    });
  }

  fetchOffsets(...[options]: Args<'fetchOffsets'>): ReturnType<Admin['fetchOffsets']> {
    return this.#run(() => fetchOffsets(this.#link, options));
  }

  fetchTopicOffsets(...[topic]: Args<'fetchTopicOffsets'>): ReturnType<Admin['fetchTopicOffsets']> {
    return this.#run(() => fetchTopicOffsets(this.#link, topic));
  }

  fetchTopicOffsetsByTimestamp(
    ...[topic, timestamp]: Args<'fetchTopicOffsetsByTimestamp'>
  ): ReturnType<Admin['fetchTopicOffsetsByTimestamp']> {
    return this.#run(() => fetchTopicOffsetsByTimestamp(this.#link, topic, timestamp));
  }

  setOffsets(...[options]: Args<'setOffsets'>): Promise<void> {
    return this.#run(() => setOffsets(this.#link, options));
  }

  resetOffsets(...[options]: Args<'resetOffsets'>): Promise<void> {
    return this.#run(() => resetOffsets(this.#link, options));
  }

  describeConfigs(...[options]: Args<'describeConfigs'>): ReturnType<Admin['describeConfigs']> {
    return this.#run(() => describeConfigs(this.#link, options));
  }

  alterConfigs(...[options]: Args<'alterConfigs'>): ReturnType<Admin['alterConfigs']> {
    return this.#run(() => alterConfigs(this.#link, options));
  }

  listGroups(): ReturnType<Admin['listGroups']> {
    return this.#run(() => listGroups(this.#link));
  }

  describeGroups(...[groupIds]: Args<'describeGroups'>): ReturnType<Admin['describeGroups']> {
    return this.#run(() => describeGroups(this.#link, groupIds));
  }

  deleteGroups(...[groupIds]: Args<'deleteGroups'>): ReturnType<Admin['deleteGroups']> {
    return this.#run(() => deleteGroups(this.#link, groupIds));
  }

  createAcls(...[{ acl }]: Args<'createAcls'>): Promise<boolean> {
    return this.#run(() => createAcls(this.#link, acl));
  }

  describeAcls(...[filter]: Args<'describeAcls'>): ReturnType<Admin['describeAcls']> {
    return this.#run(async () => ({ throttleTime: 0, errorCode: 0, ...(await describeAcls(this.#link, filter)) }));
  }

  deleteAcls(...[{ filters }]: Args<'deleteAcls'>): ReturnType<Admin['deleteAcls']> {
    return this.#run(async () => ({ throttleTime: 0, ...(await deleteAcls(this.#link, filters)) }));
  }

  deleteTopicRecords(...[options]: Args<'deleteTopicRecords'>): Promise<void> {
    return this.#run(() => deleteTopicRecords(this.#link, this.#logger, options));
  }

  alterPartitionReassignments(...[request]: Args<'alterPartitionReassignments'>): Promise<void> {
    return this.#run(() => alterPartitionReassignments(this.#link, request));
  }

  listPartitionReassignments(
    ...[request]: Args<'listPartitionReassignments'>
  ): ReturnType<Admin['listPartitionReassignments']> {
    return this.#run(() => listPartitionReassignments(this.#link, request ?? {}));
  }

  async #run<T>(body: () => Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (error) {
      throw toKafkaJSError(error);
    }
  }
}
