import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BrokerConfig } from './broker-config.ts';
import { readProperties } from './properties.ts';

const read = (name: string): Map<string, string> =>
  readProperties(readFileSync(new URL(`../../../../config/${name}`, import.meta.url)));

const SHARED = {
  'num.network.threads': '3',
  'num.io.threads': '8',
  'socket.send.buffer.bytes': '102400',
  'socket.receive.buffer.bytes': '102400',
  'socket.request.max.bytes': '104857600',
  'num.partitions': '1',
  'num.recovery.threads.per.data.dir': '1',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'log.retention.hours': '168',
  'log.retention.check.interval.ms': '300000',
};
const KRAFT = {
  ...SHARED,
  'process.roles': 'broker,controller',
  'node.id': '1',
  listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
  'inter.broker.listener.name': 'PLAINTEXT',
  'advertised.listeners': 'PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093',
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map':
    'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
  'log.dirs': '/tmp/kraft-combined-logs',
  'log.segment.bytes': '1073741824',
};

describe('the files that come with Ottla', () => {
  test('config/server.properties sets what that of Kafka 3.9 does, except for ZooKeeper', () => {
    const file = read('server.properties');
    expect(Object.fromEntries(file)).toEqual({
      ...SHARED,
      'broker.id': '0',
      'log.dirs': '/tmp/kafka-logs',
      'zookeeper.connection.timeout.ms': '18000',
      'group.initial.rebalance.delay.ms': '0',
    });
    const config = BrokerConfig.parse({ file });
    expect(config.warnings()).toEqual([]);
    expect([config.brokerId, config.mode.kind, ...config.logDirs]).toEqual([0, 'embedded', '/tmp/kafka-logs']);
    expect(config.listeners).toEqual([{ name: 'PLAINTEXT', host: '', port: 9092, securityProtocol: 'PLAINTEXT' }]);
  });

  test.each([
    ['kraft/server.properties', { 'controller.quorum.voters': '1@localhost:9093' }],
    ['kraft/reconfig-server.properties', { 'controller.quorum.bootstrap.servers': 'localhost:9093' }],
  ])('config/%s sets what its namesake does, and starts the embedded mode', (name, controllers) => {
    const file = read(name);
    expect(Object.fromEntries(file)).toEqual({ ...KRAFT, ...controllers });
    const config = BrokerConfig.parse({ file });
    expect([config.brokerId, config.mode.kind, config.listeners.length]).toEqual([1, 'embedded', 1]);
    expect(config.advertisedListeners[0]).toMatchObject({ host: 'localhost', port: 9092 });
  });
});
