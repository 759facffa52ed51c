import { describe, expect, test } from 'vitest';
import { BrokerConfig } from './broker-config.ts';
import { CONFIG_SOURCE } from './config-entry.ts';
import { ConfigException } from './config-exception.ts';
import { DynamicBrokerConfig } from './dynamic-broker-config.ts';
import { outcomeOf, recordedCases } from './test-support/cases.ts';
import { TOPIC_TEXTS } from './test-support/topic-texts.ts';
import { fixedLogConfig, TopicConfigs } from './topic-configs.ts';

const properties = (entries: Record<string, string>): Map<string, string> => new Map(Object.entries(entries));

function broker(file: Record<string, string> = {}): DynamicBrokerConfig {
  return new DynamicBrokerConfig(new BrokerConfig(properties(file)));
}

describe('topic properties are refused in the words of Kafka', () => {
  test('to a table of right and wrong ones', () => {
    const topics = new TopicConfigs(broker({ 'remote.log.storage.system.enable': 'true' }));
    const wrong: string[] = [];
    for (const { line, properties: topic, text } of recordedCases(TOPIC_TEXTS)) {
      const outcome = outcomeOf(() => topics.validate(topic));
      if (outcome !== text) wrong.push(`${line}\n  Ottla: ${outcome}`);
    }
    expect(wrong).toEqual([]);
  });

  test('with the exception that decides how the response is worded', () => {
    const topics = new TopicConfigs(broker());
    const classOf = (topic: Record<string, string>, of = topics): string | undefined => {
      try {
        of.validate(properties(topic));
        return undefined;
      } catch (error) {
        return error instanceof ConfigException ? `${error.javaClass.split('.').at(-1)}: ${error.message}` : 'another';
      }
    };
    expect(classOf({ 'remote.storage.enable': 'true' })).toBe(
      'ConfigException: Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
    );
    expect(classOf({ foo: '1' })).toBe('InvalidConfigurationException: Unknown topic config name: foo');
    expect(classOf({ 'remote.log.copy.disable': 'true' })).toBeUndefined();
    expect(classOf({ 'remote.log.copy.disable': 'true' }, new TopicConfigs(broker({ 'zookeeper.connect': 'z' })))).toBe(
      "InvalidConfigurationException: It is invalid to set `remote.log.delete.on.disable` or `remote.log.copy.disable` under Zookeeper's mode.",
    );
  });

  test('the compaction lags are compared with what the broker sets', () => {
    const topics = new TopicConfigs(broker({ 'log.cleaner.max.compaction.lag.ms': '100' }));
    expect(() => topics.validate(properties({ 'min.compaction.lag.ms': '101' }))).toThrow(
      'conflict topic config setting min.compaction.lag.ms (101) > max.compaction.lag.ms (100)',
    );
  });
});

describe('LogConfig', () => {
  test('has the defaults of Kafka', () => {
    const { subscribe: _, ...values } = fixedLogConfig();
    expect(values).toEqual({
      segmentBytes: 1073741824,
      segmentMs: 604800000,
      segmentJitterMs: 0,
      indexBytesMax: 10485760,
      indexIntervalBytes: 4096,
      flushMessages: Number.MAX_SAFE_INTEGER,
      flushMs: Number.MAX_SAFE_INTEGER,
      retentionBytes: -1,
      retentionMs: 604800000,
      maxMessageBytes: 1048588,
      fileDeleteDelayMs: 60000,
      deleteRetentionMs: 86400000,
      minCompactionLagMs: 0,
      maxCompactionLagMs: Number.MAX_SAFE_INTEGER,
      minCleanableDirtyRatio: 0.5,
      compact: false,
      deleteOld: true,
      uncleanLeaderElectionEnable: false,
      minInsyncReplicas: 1,
      compressionType: 'producer',
      compressionLevel: undefined,
      preallocate: false,
      timestampType: 'CreateTime',
      timestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
      timestampAfterMaxMs: Number.MAX_SAFE_INTEGER,
      messageDownconversionEnable: true,
      leaderThrottledReplicas: [],
      followerThrottledReplicas: [],
    });
    const { subscribe: __, ...live } = new TopicConfigs(broker()).logConfig('t');
    expect(live).toEqual(values);
  });

  test('reads what a topic sets', () => {
    const config = fixedLogConfig(
      properties({
        'cleanup.policy': 'compact,delete',
        'compression.type': 'zstd',
        'retention.bytes': '-5',
        'message.timestamp.type': 'LogAppendTime',
        'message.timestamp.difference.max.ms': '7',
        'message.timestamp.after.max.ms': '9',
        'leader.replication.throttled.replicas': '0:1,1:2',
      }),
    );
    expect(config).toMatchObject({
      compact: true,
      deleteOld: true,
      compressionType: 'zstd',
      compressionLevel: 3,
      retentionBytes: -1,
      timestampType: 'LogAppendTime',
      timestampBeforeMaxMs: 7,
      timestampAfterMaxMs: 9,
      leaderThrottledReplicas: ['0:1', '1:2'],
    });
    expect(fixedLogConfig(properties({ 'compression.type': 'gzip' })).compressionLevel).toBeUndefined();
    expect(fixedLogConfig(properties({ 'cleanup.policy': '', 'compression.type': 'uncompressed' }))).toMatchObject({
      compact: false,
      deleteOld: false,
      compressionType: 'none',
    });
  });

  test('follows the topic and the broker, and says so', () => {
    const brokerConfig = broker({ 'log.retention.hours': '1', 'log.roll.hours': '2' });
    const topics = new TopicConfigs(brokerConfig);
    const [own, plain] = [topics.logConfig('own'), topics.logConfig('plain')];
    expect(topics.logConfig('own')).toBe(own);
    expect([own.retentionMs, own.segmentMs]).toEqual([3_600_000, 7_200_000]);
    const heard: string[] = [];
    own.subscribe(() => heard.push(`own ${own.retentionMs}`));
    const stop = plain.subscribe(() => heard.push(`plain ${plain.retentionMs}`));

    expect(topics.setOverrides('own', properties({ 'retention.ms': '5' }))).toEqual([]);
    brokerConfig.setDefaults(properties({ 'log.retention.ms': '9' }));
    brokerConfig.setDefaults(properties({ 'log.retention.ms': '9', 'max.connections': '5' }));
    expect(heard).toEqual(['own 5', 'plain 9']);
    stop();
    topics.setOverrides('own', new Map());
    brokerConfig.setOwn(properties({ 'log.retention.ms': '11' }));
    expect(heard).toEqual(['own 5', 'plain 9', 'own 9', 'own 11']);
    expect([plain.retentionMs, topics.get('plain', 'retention.ms')]).toEqual([11, 11]);

    topics.close();
    brokerConfig.setOwn(new Map());
    expect(plain.retentionMs).toBe(11);
  });

  test('what is stored but unusable is left out, the rest counts', () => {
    const topics = new TopicConfigs(broker());
    expect(
      topics.setOverrides('t', properties({ 'retention.ms': 'x', 'no.such': '1', 'segment.bytes': '100' })),
    ).toEqual([
      'Config retention.ms of topic t is ignored: Invalid value x for configuration retention.ms: Not a number of type LONG',
      'Config no.such of topic t is ignored: Unknown topic config name: no.such',
    ]);
    expect(topics.logConfig('t')).toMatchObject({ retentionMs: 604800000, segmentBytes: 100 });
    expect([...topics.overrides('t')]).toEqual([['segment.bytes', '100']]);
    topics.remove('t');
    expect(topics.overrides('t').size).toBe(0);
  });
});

test('describe shows a topic as the recorded broker does', () => {
  const brokerConfig = broker({
    'log.retention.hours': '100',
    'log.retention.minutes': '700',
    'log.segment.bytes': '2000000',
  });
  const topics = new TopicConfigs(brokerConfig);
  topics.setOverrides(
    't2',
    properties({ 'retention.ms': '5000', 'cleanup.policy': 'compact,delete', 'max.message.bytes': '77' }),
  );
  const show = (topic: string, name: string): string => {
    const entry = topics.describe(topic).find((candidate) => candidate.name === name);
    const synonyms = entry?.synonyms.map((synonym) => `${synonym.name}=${synonym.value}(${synonym.source})`) ?? [];
    return [entry?.value, entry?.source, entry?.type, ...synonyms].join(' ');
  };
  expect(show('t1', 'retention.ms')).toBe('42000000 5 5');
  expect(show('t1', 'segment.ms')).toBe('604800000 5 5');
  expect(show('t1', 'remote.storage.enable')).toBe('false 5 1');
  expect(show('t1', 'flush.messages')).toBe(
    '9223372036854775807 5 5 log.flush.interval.messages=9223372036854775807(5)',
  );
  expect(show('t1', 'segment.bytes')).toBe('2000000 4 3 log.segment.bytes=2000000(4) log.segment.bytes=1073741824(5)');
  expect(show('t2', 'cleanup.policy')).toBe(
    'compact,delete 1 7 cleanup.policy=compact,delete(1) log.cleanup.policy=delete(5)',
  );
  expect(show('t2', 'retention.ms')).toBe('5000 1 5 retention.ms=5000(1)');
  brokerConfig.setOwn(properties({ 'log.retention.ms': '60000' }));
  brokerConfig.setDefaults(properties({ 'log.retention.ms': '70000', 'message.max.bytes': '5000' }));
  expect(show('t2', 'retention.ms')).toBe(
    '5000 1 5 retention.ms=5000(1) log.retention.ms=60000(2) log.retention.ms=70000(3) log.retention.minutes=700(4) log.retention.hours=100(4) log.retention.hours=168(5)',
  );
  expect(show('t1', 'max.message.bytes')).toBe('5000 3 3 message.max.bytes=5000(3) message.max.bytes=1048588(5)');
  const all = topics.describe('t1');
  expect(all).toHaveLength(36);
  expect(all.every((entry) => !entry.isReadOnly && !entry.isSensitive)).toBe(true);
  expect(
    topics.describeProperties(properties({ 'retention.ms': '8' })).find((entry) => entry.name === 'retention.ms'),
  ).toMatchObject({
    value: '8',
    source: CONFIG_SOURCE.dynamicTopic,
  });
});
