/** What the parts of the data path ask of the configuration, read anew each time: a change takes effect at once. */
import { connectionLimitsPerIp, toSafeNumber } from '@ottla/common';
import type { LogManagerSettings } from '@ottla/storage';
import type { BrokerConfig } from '../config/broker-config.ts';
import type { ConfigAdmin } from '../config/config-admin.ts';
import type { GroupSettings } from '../coordinator/group/group-settings.ts';
import type { RequestServerSettings } from '../network/request-server.ts';
import type { SocketServerSettings } from '../network/socket-server.ts';
import type { QuotaWindows } from '../quota/quota-rate.ts';
import type { TopicSettings } from '../replication/topic-settings.ts';

/** Asked for each frame: kept as numbers that follow their properties. */
export function requestServerSettings(config: BrokerConfig): RequestServerSettings {
  const read = (): RequestServerSettings => ({
    requestBytesMax: config.int('socket.request.max.bytes'),
    queuedRequestBytesMax: toSafeNumber(config.long('queued.max.request.bytes')),
  });
  const settings = { ...read() };
  config.subscribe(['socket.request.max.bytes', 'queued.max.request.bytes'], () => Object.assign(settings, read()));
  return settings;
}

export function socketServerSettings(config: BrokerConfig): SocketServerSettings {
  const { listeners, interBrokerListenerName } = config.initial;
  return {
    get connectionsMaxIdleMs() {
      return toSafeNumber(config.long('connections.max.idle.ms'));
    },
    get connectionsMax() {
      return config.int('max.connections');
    },
    get connectionsPerIpMax() {
      return config.int('max.connections.per.ip');
    },
    connectionLimitsPerIp: () => connectionLimitsPerIp(config),
    listenerConnectionsMax: (listener) => ofListener(config, listener, 'max.connections'),
    get connectionCreationRateMax() {
      return config.int('max.connection.creation.rate');
    },
    listenerConnectionCreationRateMax: (listener) => ofListener(config, listener, 'max.connection.creation.rate'),
    protectedListener: listeners.length > 1 ? interBrokerListenerName : undefined,
    quotaWindows: quotaWindows(config, 'quota'),
  };
}

/** The properties that limit connections, for who must know when they change. */
export function connectionLimits(config: BrokerConfig): string[] {
  const own = config.initial.listeners.map(({ name }) => ownName(name, 'max.connections'));
  return ['max.connections', 'max.connections.per.ip', 'max.connections.per.ip.overrides', ...own];
}

function ownName(listener: string, name: string): string {
  return `listener.name.${listener.toLowerCase()}.${name}`;
}

function ofListener(config: BrokerConfig, listener: string, name: string): number | undefined {
  const text = config.current.properties.get(ownName(listener, name));
  return text === undefined ? undefined : Number(text);
}

/** `quota.window.num` and the like; they do not change while the broker runs. */
export function quotaWindows(config: BrokerConfig, prefix: 'quota' | 'controller.quota'): QuotaWindows {
  return {
    count: config.int(`${prefix}.window.num`),
    sizeMs: config.int(`${prefix}.window.size.seconds`) * 1000,
  };
}

/** Undecodable beyond this: a batch that claims to be larger than any that is allowed, or a bomb. */
const DECOMPRESSED_BYTES_MIN = 64 * 1024 * 1024;
const DECOMPRESSED_FACTOR = 32;

export function topicSettings(config: BrokerConfig, configs: ConfigAdmin): TopicSettings {
  const of = (topic: string) => configs.topics.logConfig(topic);
  return {
    downConversionEnabled: (topic) => of(topic).messageDownconversionEnable,
    compressionType: (topic) => of(topic).compressionType,
    decompressedBytesMax: () => Math.max(DECOMPRESSED_BYTES_MIN, DECOMPRESSED_FACTOR * config.int('message.max.bytes')),
  };
}

export function groupSettings(config: BrokerConfig): GroupSettings {
  return {
    sessionTimeoutMinMs: config.int('group.min.session.timeout.ms'),
    sessionTimeoutMaxMs: config.int('group.max.session.timeout.ms'),
    groupSizeMax: config.int('group.max.size'),
    initialRebalanceDelayMs: config.int('group.initial.rebalance.delay.ms'),
    offsetMetadataBytesMax: config.int('offset.metadata.max.bytes'),
    offsetsRetentionMs: config.int('offsets.retention.minutes') * 60_000,
    offsetsRetentionCheckMs: toSafeNumber(config.long('offsets.retention.check.interval.ms')),
  };
}

export function logManagerSettings(config: BrokerConfig): LogManagerSettings {
  const long = (name: string): number => toSafeNumber(config.long(name));
  return {
    get recoveryThreadsPerDataDir() {
      return config.int('num.recovery.threads.per.data.dir');
    },
    get initialTaskDelayMs() {
      return long('log.initial.task.delay.ms');
    },
    get retentionCheckIntervalMs() {
      return long('log.retention.check.interval.ms');
    },
    get flushSchedulerIntervalMs() {
      return long('log.flush.scheduler.interval.ms');
    },
    get flushOffsetCheckpointIntervalMs() {
      return config.int('log.flush.offset.checkpoint.interval.ms');
    },
    get flushStartOffsetCheckpointIntervalMs() {
      return config.int('log.flush.start.offset.checkpoint.interval.ms');
    },
    get highWatermarkCheckpointIntervalMs() {
      return long('replica.high.watermark.checkpoint.interval.ms');
    },
    get producerIdExpirationMs() {
      return config.int('producer.id.expiration.ms');
    },
    get producerIdExpirationCheckIntervalMs() {
      return config.int('producer.id.expiration.check.interval.ms');
    },
  };
}
