import { compareInt64, type Int64, toSafeNumber } from '../int64.ts';
import { ConfigException, require, requireArgument } from './config-exception.ts';
import type { ConfigReader } from './config-reader.ts';
import { parsePairs } from './listener-config.ts';
import { releaseOrdinal } from './release-version.ts';

/** Demands that involve several properties (KafkaConfig.validateValues and its like), with Kafka's texts. */
export function checkBrokerConfig(config: ConfigReader): void {
  checkLogs(config);
  checkReplication(config);
  checkConnections(config);
  checkInternalTopics(config);
  for (const kind of ['consumer', 'share', 'streams']) checkGroups(config, kind);
  checkShareLocks(config);
  if (!config.list('group.coordinator.rebalance.protocols').includes('classic')) {
    throw new ConfigException("Disabling the 'classic' protocol is not supported.");
  }
}

/** log.retention.ms, else minutes, else hours; -1 for ever (any negative value means that). */
export function logRetentionMs(config: ConfigReader): Int64 {
  const minutes = config.nullableInt('log.retention.minutes');
  const ms =
    config.nullableLong('log.retention.ms') ??
    (minutes === null ? config.int('log.retention.hours') * 3_600_000 : minutes * 60_000);
  return ms < 0 ? -1 : ms;
}

/** log.roll.ms, else hours. */
export function logRollMs(config: ConfigReader): Int64 {
  return config.nullableLong('log.roll.ms') ?? config.int('log.roll.hours') * 3_600_000;
}

/** log.roll.jitter.ms, else hours. */
export function logRollJitterMs(config: ConfigReader): Int64 {
  return config.nullableLong('log.roll.jitter.ms') ?? config.int('log.roll.jitter.hours') * 3_600_000;
}

/** log.flush.interval.ms, else log.flush.scheduler.interval.ms. */
export function logFlushMs(config: ConfigReader): Int64 {
  return config.nullableLong('log.flush.interval.ms') ?? config.long('log.flush.scheduler.interval.ms');
}

/** log.dirs, else log.dir. */
export function logDirs(config: ConfigReader): string[] {
  return (config.nullableString('log.dirs') ?? config.string('log.dir'))
    .split(',')
    .map((directory) => directory.trim())
    .filter((directory) => directory !== '');
}

function checkLogs(config: ConfigReader): void {
  const retentionMs = logRetentionMs(config);
  require(logRollMs(config) >= 1, 'log.roll.ms must be greater than or equal to 1');
  require(logRollJitterMs(config) >= 0, 'log.roll.jitter.ms must be greater than or equal to 0');
  require(retentionMs !== 0, 'log.retention.ms must be unlimited (-1) or, greater than or equal to 1');
  require(logDirs(config).length > 0, 'At least one log directory must be defined via log.dirs or log.dir.');
  const threads = config.int('log.cleaner.threads');
  require(threads > 0, 'log.cleaner.threads must be greater than or equal to 1'); // Kafka: "/ by zero"
  require(Math.floor(toSafeNumber(config.long('log.cleaner.dedupe.buffer.size')) / threads) >
    1024 * 1024, 'log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.');
  const protocolVersion = releaseOrdinal(config.string('inter.broker.protocol.version')) ?? 0;
  const formatVersion = config.string('log.message.format.version');
  // From 3.0 on the format version is ignored, and its default does not fit brokers before 0.11.
  require(protocolVersion >= (releaseOrdinal('0.11.0-IV0') ?? 0) ||
    (releaseOrdinal(formatVersion) ?? 0) <=
      protocolVersion, `log.message.format.version ${formatVersion} can only be used when inter.broker.protocol.version is set to version 0.11.0 or higher`);
}

function checkReplication(config: ConfigReader): void {
  const waitMs = config.int('replica.fetch.wait.max.ms');
  require(waitMs <=
    config.int(
      'replica.socket.timeout.ms',
    ), 'replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent unnecessary socket timeouts');
  require(waitMs <=
    config.long(
      'replica.lag.time.max.ms',
    ), 'replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms to prevent frequent changes in ISR');
}

function checkConnections(config: ConfigReader): void {
  const queuedBytes = config.long('queued.max.request.bytes');
  require(queuedBytes <= 0 ||
    queuedBytes >=
      config.int(
        'socket.request.max.bytes',
      ), 'queued.max.request.bytes must be larger or equal to socket.request.max.bytes');
  const overrides = connectionLimitsPerIp(config);
  require(config.int('max.connections.per.ip') > 0 ||
    overrides.size >
      0, 'max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.');
  for (const address of overrides.keys()) {
    const isValid = /^[0-9a-zA-Z\-%._:]+$/.test(address);
    requireArgument(isValid, `max.connections.per.ip.overrides contains invalid addresses : ${address}`);
  }
  const idleMs = config.long('connections.max.idle.ms');
  const delayMs = config.int('connection.failed.authentication.delay.ms');
  require(idleMs <= 0 ||
    delayMs <
      idleMs, `connection.failed.authentication.delay.ms=${delayMs} should always be less than connections.max.idle.ms=${idleMs} to prevent failed authentication responses from timing out`);
}

/** `max.connections.per.ip.overrides`: host name or address to limit. */
export function connectionLimitsPerIp(config: ConfigReader): Map<string, number> {
  const name = 'max.connections.per.ip.overrides';
  const limits = new Map<string, number>();
  for (const [address, limit] of parsePairs(name, config.string(name))) {
    if (!/^[+-]?[0-9]+$/.test(limit)) {
      throw new ConfigException(`For input string: "${limit}"`, 'java.lang.NumberFormatException');
    }
    limits.set(address, Number(limit));
  }
  return limits;
}

function checkInternalTopics(config: ConfigReader): void {
  const acks = config.int('offsets.commit.required.acks');
  requireArgument(
    acks >= -1 && acks <= config.int('offsets.topic.replication.factor'),
    'offsets.commit.required.acks must be greater or equal to -1 and less or equal to offsets.topic.replication.factor',
  );
  const codec = config.int('offsets.topic.compression.codec');
  requireArgument(codec >= 0 && codec <= 4, `Unknown compression type id: ${codec}`);
}

/** GroupCoordinatorConfig and ShareGroupConfig: min <= value <= max for the heartbeat and the session. */
function checkGroups(config: ConfigReader, kind: string): void {
  for (const what of ['heartbeat.interval.ms', 'session.timeout.ms']) {
    const [min, value, max] = [`group.${kind}.min.${what}`, `group.${kind}.${what}`, `group.${kind}.max.${what}`];
    atLeast(config, max, min);
    atLeast(config, value, min);
    requireArgument(config.int(value) <= config.int(max), `${value} must be less than or equals to ${max}`);
  }
}

function checkShareLocks(config: ConfigReader): void {
  atLeast(config, 'group.share.max.record.lock.duration.ms', 'group.share.min.record.lock.duration.ms');
  atLeast(config, 'group.share.record.lock.duration.ms', 'group.share.min.record.lock.duration.ms');
  atLeast(config, 'group.share.max.record.lock.duration.ms', 'group.share.record.lock.duration.ms');
}

function atLeast(config: ConfigReader, name: string, other: string): void {
  requireArgument(
    compareInt64(config.int(name), config.int(other)) >= 0,
    `${name} must be greater than or equals to ${other}`,
  );
}
