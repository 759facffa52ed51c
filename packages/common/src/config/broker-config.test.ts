import { describe, expect, test } from 'vitest';
import { INT64_MAX } from '../int64.ts';
import { BrokerConfig } from './broker-config.ts';
import { chooseBrokerId } from './broker-id.ts';
import { ConfigException } from './config-exception.ts';
import { BROKER_TEXTS } from './test-support/broker-texts.ts';
import { outcomeOf, recordedCases } from './test-support/cases.ts';

const config = (properties: Record<string, string> = {}): BrokerConfig =>
  new BrokerConfig(new Map(Object.entries(properties)));
const KRAFT = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.quorum.voters': '1@localhost:9093',
  'controller.listener.names': 'CONTROLLER',
  listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
};

describe('says what Kafka says', () => {
  test('to hundreds of right and wrong properties', () => {
    const wrong: string[] = [];
    const cases = recordedCases(BROKER_TEXTS);
    for (const { properties, text } of cases) {
      const all = new Map(properties);
      if (!all.has('process.roles') && !all.has('zookeeper.connect')) all.set('zookeeper.connect', 'z:2181');
      const outcome = outcomeOf(() => new BrokerConfig(all));
      if (outcome !== text) wrong.push(`${[...properties].join(';')}\n  Kafka: ${text}\n  Ottla: ${outcome}`);
    }
    expect(wrong).toEqual([]);
    expect(cases.length).toBeGreaterThan(300);
  });

  test('and the exception tells which class Kafka throws', () => {
    const classOf = (properties: Record<string, string>): string | undefined => {
      try {
        config(properties);
        return undefined;
      } catch (error) {
        return error instanceof ConfigException ? error.javaClass : 'another';
      }
    };
    expect(classOf({ 'num.partitions': '0' })).toBe('org.apache.kafka.common.config.ConfigException');
    expect(classOf({ 'log.retention.ms': '0' })).toBe('java.lang.IllegalArgumentException');
  });
});

describe('mode', () => {
  test('zookeeper.connect, a KRaft file of one node, or neither', () => {
    expect(config().mode).toEqual({ kind: 'embedded', isKRaftFile: false });
    expect(config({ 'zookeeper.connect': ' ' }).mode).toEqual({ kind: 'embedded', isKRaftFile: false });
    expect(config({ 'zookeeper.connect': 'z:2181/kafka' }).mode).toEqual({
      kind: 'zookeeper',
      connect: 'z:2181/kafka',
    });
    const kraft = config(KRAFT);
    expect(kraft.mode).toEqual({ kind: 'embedded', isKRaftFile: true });
    expect(kraft.brokerId).toBe(1);
    expect(kraft.listeners.map((listener) => listener.name)).toEqual(['PLAINTEXT']);
    expect(kraft.advertisedListeners.map((listener) => listener.name)).toEqual(['PLAINTEXT']);
    expect(kraft.warnings()).toEqual([
      'process.roles asks for KRaft with this node as only voter: running on the embedded metadata store instead; the controller listener CONTROLLER is not opened.',
    ]);
  });

  test('the file of the 4.x quick start is the embedded mode', () => {
    const { 'controller.quorum.voters': _, ...rest } = KRAFT;
    const advertised = 'PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093';
    const kraft = config({
      ...rest,
      'controller.quorum.bootstrap.servers': 'localhost:9093',
      'advertised.listeners': advertised,
    });
    expect(kraft.mode.kind).toBe('embedded');
    expect(kraft.advertisedListeners).toEqual([
      { name: 'PLAINTEXT', host: 'localhost', port: 9092, securityProtocol: 'PLAINTEXT' },
    ]);
  });

  test.each([
    [
      { ...KRAFT, 'controller.quorum.voters': '1@a:9093,2@b:9093,3@c:9093' },
      'controller.quorum.voters with 3 controllers',
    ],
    [{ ...KRAFT, 'process.roles': 'broker', 'controller.quorum.voters': '2@a:9093' }, 'process.roles=broker:'],
    [{ ...KRAFT, 'process.roles': 'controller' }, 'process.roles=controller:'],
    [{ ...KRAFT, 'zookeeper.connect': 'z:2181' }, 'process.roles beside zookeeper.connect'],
    [
      { 'zookeeper.connect': 'z:2181', 'zookeeper.metadata.migration.enable': 'true' },
      'zookeeper.metadata.migration.enable=true',
    ],
  ])('what Ottla cannot do is refused with a reason: %#', (properties, reason) => {
    expect(() => config(properties)).toThrow(`Ottla cannot run with ${reason}`);
  });

  test('internal topics default to one replica in the embedded mode only, and only where nothing is set', () => {
    const factor = 'offsets.topic.replication.factor';
    expect(config().int(factor)).toBe(1);
    expect(config(KRAFT).int('transaction.state.log.min.isr')).toBe(1);
    expect(config({ [factor]: '3' }).int(factor)).toBe(3);
    expect(config({ 'zookeeper.connect': 'z' }).int(factor)).toBe(3);
    expect(config({ 'zookeeper.connect': 'z' }).int('transaction.state.log.min.isr')).toBe(2);
  });
});

describe('listeners', () => {
  test('are parsed, named in capitals, and advertised as they are unless told otherwise', () => {
    const broker = config({
      listeners: 'internal://[::1]:9092, EXTERNAL://0.0.0.0:0',
      'advertised.listeners': 'EXTERNAL://kafka.example.org:443,INTERNAL://:9092',
      'listener.security.protocol.map': 'INTERNAL:PLAINTEXT,EXTERNAL:plaintext',
      'inter.broker.listener.name': 'Internal',
    });
    expect(broker.listeners).toEqual([
      { name: 'INTERNAL', host: '::1', port: 9092, securityProtocol: 'PLAINTEXT' },
      { name: 'EXTERNAL', host: '0.0.0.0', port: 0, securityProtocol: 'PLAINTEXT' },
    ]);
    expect(broker.advertisedListeners.map(({ host, port }) => `${host}:${port}`)).toEqual([
      'kafka.example.org:443',
      ':9092',
    ]);
    expect(broker.interBrokerListenerName).toBe('INTERNAL');
    expect(config().advertisedListeners).toEqual(config().listeners);
  });

  test.each([
    [{ listeners: 'PLAINTEXT://:9092,SSL://[::1]:9093' }, 'SSL://[::1]:9093: its security protocol is SSL'],
    [
      { listeners: 'A://h:1,PLAINTEXT://:2', 'listener.security.protocol.map': 'A:SASL_SSL,PLAINTEXT:PLAINTEXT' },
      'A://h:1: its security protocol is SASL_SSL',
    ],
  ])('one that is not plaintext is refused by name: %#', (properties, text) => {
    expect(() => config(properties)).toThrow(`Ottla cannot serve the listener ${text}`);
  });
});

describe('sources', () => {
  test('the file yields to the environment, and that to --override', () => {
    const name = 'num.partitions';
    const file = new Map([
      [name, '1'],
      ['log.dir', '/a'],
    ]);
    const environment = new Map([[name, '2']]);
    expect(BrokerConfig.parse({ file }).int(name)).toBe(1);
    expect(BrokerConfig.parse({ file, environment }).int(name)).toBe(2);
    const all = BrokerConfig.parse({ file, environment, overrides: new Map([[name, '3']]) });
    expect([all.int(name), ...all.logDirs]).toEqual([3, '/a']);
  });

  test.each([
    [{ port: '9093' }, 'PLAINTEXT://:9093', ':9093', ["'port'"]],
    [{ 'host.name': 'h' }, 'PLAINTEXT://h:9092', 'h:9092', ["'host.name'"]],
    [
      { port: '1', 'host.name': 'h', 'advertised.host.name': 'a', 'advertised.port': '2' },
      'PLAINTEXT://h:1',
      'a:2',
      ["'host.name and port'", "'advertised.host.name and advertised.port'"],
    ],
    [{ 'advertised.host.name': 'a' }, undefined, 'a:9092', ["'advertised.host.name'"]],
    [
      { listeners: 'PLAINTEXT://x:5', port: '9093' },
      'PLAINTEXT://x:5',
      'x:5',
      ["'port' is ignored because listeners is set"],
    ],
  ])('old names stand for listeners: %j', (properties, listeners, advertised, warnings) => {
    const broker = BrokerConfig.parse({ file: new Map(Object.entries(properties)) });
    expect(broker.properties.get('listeners')).toBe(listeners);
    expect(broker.advertisedListeners.map(({ host, port }) => `${host}:${port}`)).toEqual([advertised]);
    expect(broker.warnings()).toHaveLength(warnings.length);
    for (const [index, text] of warnings.entries()) expect(broker.warnings()[index]).toContain(text);
    expect(broker.properties.has('port')).toBe(false);
  });

  test('an unknown property is kept and named, with what was perhaps meant', () => {
    const broker = config({
      'log.retention.hour': '5',
      'my.own': 'x',
      'listener.name.plaintext.max.connections': '5',
      'listener.name.plaintext.plain.sasl.jaas.config': 'x',
      'rsm.config.bucket': 'y',
    });
    expect(broker.warnings()).toEqual([
      "The configuration 'log.retention.hour' was supplied but isn't a known config. Did you mean 'log.retention.hours'?",
      "The configuration 'my.own' was supplied but isn't a known config.",
    ]);
    expect(broker.properties.get('my.own')).toBe('x');
  });
});

describe('values', () => {
  test('are typed; longs are exact', () => {
    const broker = config({
      'log.retention.bytes': '9007199254740993',
      'broker.rack': ' r1 ',
      'metric.reporters': 'a, b',
    });
    expect(broker.long('log.retention.bytes')).toBe(9007199254740993n);
    expect(broker.long('log.flush.interval.messages')).toBe(INT64_MAX);
    expect(broker.nullableString('broker.rack')).toBe('r1');
    expect(broker.list('metric.reporters')).toEqual(['a', 'b']);
    expect(broker.boolean('auto.create.topics.enable')).toBe(true);
    expect(broker.double('log.cleaner.io.max.bytes.per.second')).toBe(Number.MAX_VALUE);
    expect(broker.nullableLong('log.retention.ms')).toBeNull();
    expect(broker.password('ssl.key.password')).toBeNull();
    expect(String(config({ 'ssl.key.password': 'secret' }).password('ssl.key.password'))).toBe('[hidden]');
    expect(() => broker.int('no.such')).toThrow("there is no broker configuration 'no.such'");
    expect(() => broker.int('broker.rack')).toThrow('configuration broker.rack = r1 is not a int');
    expect(() => broker.string('inter.broker.listener.name')).toThrow('is not a string');
  });

  test.each([
    [{}, 604_800_000, 604_800_000, 0, INT64_MAX],
    [
      { 'log.retention.hours': '2', 'log.roll.hours': '2', 'log.roll.jitter.hours': '1' },
      7_200_000,
      7_200_000,
      3_600_000,
      INT64_MAX,
    ],
    [
      {
        'log.retention.hours': '2',
        'log.retention.minutes': '3',
        'log.roll.jitter.ms': '9',
        'log.roll.jitter.hours': '1',
      },
      180_000,
      604_800_000,
      9,
      INT64_MAX,
    ],
    [
      { 'log.retention.hours': '2', 'log.retention.minutes': '3', 'log.retention.ms': '5' },
      5,
      604_800_000,
      0,
      INT64_MAX,
    ],
    [{ 'log.retention.minutes': '-1', 'log.roll.ms': '7', 'log.roll.hours': '2' }, -1, 7, 0, INT64_MAX],
    [{ 'log.retention.ms': '-7', 'log.flush.scheduler.interval.ms': '7' }, -1, 604_800_000, 0, 7],
    [{ 'log.flush.interval.ms': '3', 'log.flush.scheduler.interval.ms': '7' }, 604_800_000, 604_800_000, 0, 3],
  ])('the most precise of a family counts: %j', (properties, retentionMs, rollMs, jitterMs, flushMs) => {
    const broker = config(properties);
    expect([broker.logRetentionMs, broker.logRollMs, broker.logRollJitterMs, broker.logFlushMs]).toEqual([
      retentionMs,
      rollMs,
      jitterMs,
      flushMs,
    ]);
  });

  test.each([
    [{}, ['/tmp/kafka-logs']],
    [{ 'log.dirs': '/a, /b', 'log.dir': '/c' }, ['/a', '/b']],
    [{ 'log.dir': '/a,,/b' }, ['/a', '/b']],
  ])('log.dirs: %j', (properties, directories) => {
    expect(config(properties).logDirs).toEqual(directories);
  });
});

describe('the broker id', () => {
  test('is the configured, the stored, or a new one', () => {
    expect(config({ 'node.id': '5' }).brokerId).toBe(5);
    expect(config({ 'node.id': '5' }).int('broker.id')).toBe(5);
    expect(chooseBrokerId(config({ 'broker.id': '3' }), undefined, '')).toEqual({ kind: 'known', brokerId: 3 });
    expect(chooseBrokerId(config({ 'broker.id': '3' }), 3, '')).toEqual({ kind: 'known', brokerId: 3 });
    expect(chooseBrokerId(config(), 1001, '')).toEqual({ kind: 'known', brokerId: 1001 });
    expect(chooseBrokerId(config(), undefined, '')).toEqual({ kind: 'generate', above: 1000 });
    expect(() => chooseBrokerId(config({ 'broker.id': '3' }), 4, '/d/meta.properties')).toThrow(
      "Stored node id 4 doesn't match previous node id 3 in /d/meta.properties. If you moved your data",
    );
  });
});
