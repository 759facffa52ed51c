import { describe, expect, test } from 'vitest';
import { BrokerConfig } from './broker-config.ts';
import { CONFIG_SOURCE, type ConfigEntry } from './config-entry.ts';
import { DynamicBrokerConfig } from './dynamic-broker-config.ts';
import { ALTER_TEXTS } from './test-support/alter-texts.ts';
import { outcomeOf, recordedCases } from './test-support/cases.ts';
import { DYNAMIC_TEXTS } from './test-support/dynamic-texts.ts';

const SOURCE_NAMES = new Map<number, string>(Object.entries(CONFIG_SOURCE).map(([name, code]) => [code, name]));
const properties = (entries: Record<string, string>): Map<string, string> => new Map(Object.entries(entries));
/** The file of the broker that the recordings were made on. */
const FILE = {
  'broker.id': '1',
  listeners: 'PLAINTEXT://127.0.0.1:33911',
  'zookeeper.connect': '127.0.0.1:23811',
  'log.dirs': '/data',
  'num.network.threads': '3',
  'num.partitions': '1',
  'offsets.topic.replication.factor': '1',
  'log.retention.hours': '100',
  'log.retention.minutes': '700',
  'log.segment.bytes': '2000000',
  'num.io.threads': '4',
  'sasl.jaas.config': 'x',
  'unknown.thing': 'abc',
};
const OWN = { 'log.retention.ms': '60000', 'num.io.threads': '5', 'max.connections': '9', 'log.cleaner.threads': '2' };
const DEFAULTS = {
  'log.retention.ms': '70000',
  'message.max.bytes': '5000',
  'log.cleaner.backoff.ms': '44',
  'unknown.dyn': 'z',
};

function recordedBroker(): DynamicBrokerConfig {
  return new DynamicBrokerConfig(new BrokerConfig(properties(FILE)));
}

function changedBroker(): DynamicBrokerConfig {
  const broker = recordedBroker();
  expect(broker.setOwn(properties(OWN))).toEqual([]);
  expect(broker.setDefaults(properties(DEFAULTS))).toEqual([]);
  return broker;
}

/** As one line: value, source, flags, type, synonyms. */
function shown(entry: ConfigEntry): string {
  const flags = `${entry.isReadOnly ? 'RO ' : ''}${entry.isSensitive ? 'SENS ' : ''}${entry.type}`;
  const synonyms = entry.synonyms.map(
    (synonym) => `${synonym.name}=${synonym.value}(${SOURCE_NAMES.get(synonym.source)})`,
  );
  return [entry.value, SOURCE_NAMES.get(entry.source), flags, ...synonyms].join(' ');
}

describe('changes are refused in the words of Kafka', () => {
  test('by themselves', () => {
    const broker = new DynamicBrokerConfig(new BrokerConfig(properties({ 'zookeeper.connect': 'z:2181' })));
    const wrong: string[] = [];
    for (const { line, prefix, properties: change, text } of recordedCases(DYNAMIC_TEXTS, ['own', 'all'])) {
      // Without its components, the recorded broker let any number of threads pass.
      if (/threads|recovery|fetchers/.test(line) && text === 'ok') continue;
      const outcome = outcomeOf(() => broker.validate(change, prefix === 'own'));
      if (outcome !== text) wrong.push(`${line}\n  Ottla: ${outcome}`);
    }
    expect(wrong).toEqual([]);
  });

  test('many names print as the larger of the sets of Scala', () => {
    const names = ['broker.id', 'log.dir', 'log.dirs', 'node.id', 'num.partitions'];
    const change = new Map(names.map((name) => [name, '1']));
    expect(() => changedBroker().validate(change, true)).toThrow(
      `Cannot update these configs dynamically: HashSet(${names.join(', ')})`,
    );
  });

  test('threads may be doubled or halved, no more', () => {
    const broker = changedBroker();
    for (const [threads, isAllowed] of [
      [10, true],
      [11, false],
      [2, true],
      [1, false],
    ] as const) {
      const outcome = outcomeOf(() => broker.validate(properties({ ...OWN, 'num.io.threads': `${threads}` }), true));
      expect([threads, outcome === 'ok']).toEqual([threads, isAllowed]);
    }
  });

  test('against what is there', () => {
    const broker = changedBroker();
    const wrong: string[] = [];
    for (const { line, prefix, properties: change, text } of recordedCases(ALTER_TEXTS, ['own', 'all'])) {
      const layer = new Map([...Object.entries(prefix === 'own' ? OWN : DEFAULTS), ...change]);
      const outcome = outcomeOf(() => broker.validate(layer, prefix === 'own'));
      if (outcome !== text) wrong.push(`${line}\n  Ottla: ${outcome}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('describe', () => {
  test.each([
    [
      'principal.builder.class',
      'org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder default 8 principal.builder.class=org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder(default)',
    ],
    ['log.flush.interval.ms', ' default 5'],
    ['zookeeper.connect', '127.0.0.1:23811 staticBroker RO 2 zookeeper.connect=127.0.0.1:23811(staticBroker)'],
    [
      'log.retention.hours',
      '100 staticBroker RO 3 log.retention.hours=100(staticBroker) log.retention.hours=168(default)',
    ],
    [
      'log.retention.minutes',
      '700 staticBroker RO 3 log.retention.minutes=700(staticBroker) log.retention.hours=100(staticBroker) log.retention.hours=168(default)',
    ],
    ['log.retention.ms', ' default 5'],
    ['node.id', '1 staticBroker RO 3 node.id=1(staticBroker) node.id=-1(default)'],
    ['log.dirs', '/data staticBroker RO 2 log.dirs=/data(staticBroker)'],
    [
      'log.cleaner.io.max.bytes.per.second',
      '1.7976931348623157E308 default 6 log.cleaner.io.max.bytes.per.second=1.7976931348623157E308(default)',
    ],
    ['unknown.thing', ' staticBroker RO SENS 0 unknown.thing=null(staticBroker)'],
    ['metric.reporters', ' default 7 metric.reporters=(default)'],
    [
      'offsets.topic.replication.factor',
      '1 staticBroker RO 4 offsets.topic.replication.factor=1(staticBroker) offsets.topic.replication.factor=3(default)',
    ],
    ['sasl.jaas.config', ' staticBroker SENS 9 sasl.jaas.config=null(staticBroker)'],
    ['ssl.keystore.password', ' default SENS 9'],
    [
      'listeners',
      'PLAINTEXT://127.0.0.1:33911 staticBroker 2 listeners=PLAINTEXT://127.0.0.1:33911(staticBroker) listeners=PLAINTEXT://:9092(default)',
    ],
  ])('%s, as recorded', (name, expected) => {
    expect(shown(recordedBroker().describe(name))).toBe(expected);
  });

  test.each([
    [
      'log.retention.ms',
      '60000 dynamicBroker 5 log.retention.ms=60000(dynamicBroker) log.retention.ms=70000(dynamicDefaultBroker) log.retention.minutes=700(staticBroker) log.retention.hours=100(staticBroker) log.retention.hours=168(default)',
    ],
    [
      'log.retention.hours',
      '168 staticBroker RO 3 log.retention.hours=100(staticBroker) log.retention.hours=168(default)',
    ],
    [
      'log.retention.minutes',
      ' staticBroker RO 3 log.retention.minutes=700(staticBroker) log.retention.hours=100(staticBroker) log.retention.hours=168(default)',
    ],
    [
      'message.max.bytes',
      '5000 dynamicDefaultBroker 3 message.max.bytes=5000(dynamicDefaultBroker) message.max.bytes=1048588(default)',
    ],
    [
      'num.io.threads',
      '5 dynamicBroker 3 num.io.threads=5(dynamicBroker) num.io.threads=4(staticBroker) num.io.threads=8(default)',
    ],
    ['unknown.dyn', ' dynamicDefaultBroker RO SENS 0 unknown.dyn=null(dynamicDefaultBroker)'],
  ])('%s after changes, as recorded', (name, expected) => {
    expect(shown(changedBroker().describe(name))).toBe(expected);
  });

  test('all of a broker, and what is set for all brokers', () => {
    expect(recordedBroker().describeDefaults()).toEqual([]);
    const broker = changedBroker();
    expect(broker.describeDefaults().map((entry) => `${entry.name} ${shown(entry)}`)).toEqual([
      'log.cleaner.backoff.ms 44 dynamicDefaultBroker 5 log.cleaner.backoff.ms=44(dynamicDefaultBroker)',
      'log.retention.ms 70000 dynamicDefaultBroker 5 log.retention.ms=70000(dynamicDefaultBroker)',
      'message.max.bytes 5000 dynamicDefaultBroker 3 message.max.bytes=5000(dynamicDefaultBroker)',
      'unknown.dyn  dynamicDefaultBroker RO SENS 0 unknown.dyn=null(dynamicDefaultBroker)',
    ]);
    const names = broker.describeAll().map((entry) => entry.name);
    expect(names).toEqual([...names].sort());
    expect(names).toContain('unknown.thing');
    expect(names).not.toContain('log.initial.task.delay.ms');
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('what only exists at run time', () => {
  test('a throttle and a listener’s own property show their type and value, as Kafka 3.9 shows them', () => {
    const broker = recordedBroker();
    const rate = 'leader.replication.throttled.rate';
    const location = 'listener.name.external.ssl.keystore.location';
    broker.setOwn(properties({ [rate]: '1000', [location]: '/x' }));
    expect(broker.describe(rate)).toMatchObject({ value: '1000', type: 5, isSensitive: false, isReadOnly: true });
    expect(broker.describe(location)).toMatchObject({ value: '/x', type: 2, isSensitive: false, isReadOnly: true });
  });
});

describe('layers', () => {
  test('this broker before all brokers before the file', () => {
    const broker = recordedBroker();
    const name = 'log.segment.bytes';
    const seen: number[] = [];
    const stop = broker.subscribe([name, 'log.retention.ms'], () => seen.push(broker.int(name)));
    broker.setDefaults(properties({ [name]: '100' }));
    broker.setOwn(properties({ [name]: '200' }));
    broker.setDefaults(properties({ [name]: '300' }));
    broker.setDefaults(properties({ [name]: '300', 'message.max.bytes': '9' }));
    broker.setOwn(new Map());
    stop();
    broker.setDefaults(new Map());
    expect(seen).toEqual([100, 200, 300]);
    expect(broker.int(name)).toBe(2_000_000);
  });

  test('a subscription for log.retention.minutes hears of log.retention.ms', () => {
    const broker = recordedBroker();
    let calls = 0;
    broker.subscribe('log.retention.minutes', () => calls++);
    broker.setOwn(properties({ 'log.retention.ms': '5' }));
    expect([calls, broker.current.logRetentionMs]).toEqual([1, 5]);
    broker.setOwn(new Map());
    expect([calls, broker.current.logRetentionMs]).toEqual([2, 42_000_000]);
  });

  test('what is stored but unusable is left out, the rest counts', () => {
    const broker = recordedBroker();
    const problems = broker.setOwn(
      properties({ 'num.partitions': '9', 'message.max.bytes': 'x', 'log.roll.ms': '0', 'max.connections': '7' }),
    );
    expect(problems).toEqual([
      'Dynamic config num.partitions is ignored: Cannot update these configs dynamically: Set(num.partitions)',
      'Dynamic config message.max.bytes is ignored: Invalid value x for configuration message.max.bytes: Not a number of type INT',
      'Dynamic config log.roll.ms is ignored: requirement failed: log.roll.ms must be greater than or equal to 1',
    ]);
    expect([broker.int('max.connections'), broker.int('num.partitions')]).toEqual([7, 1]);
    expect([...broker.own.keys()]).toEqual(['max.connections']);
  });
});
