import { describe, expect, test } from 'vitest';
import {
  assignment,
  decodeBroker,
  decodeClusterId,
  decodeConfig,
  decodeConfigChange,
  decodeController,
  decodeFeature,
  decodePartitionState,
  decodeProducerIdBlock,
  decodeTopic,
  encodeBroker,
  encodeClusterId,
  encodeConfig,
  encodeConfigChange,
  encodeController,
  encodeFeature,
  encodeLogDirEvent,
  encodePartitionState,
  encodeProducerIdBlock,
  encodeTopic,
} from './index.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

// Texts as Apache Kafka 3.9.2 wrote them.
describe('nodes are written as Kafka writes them, and read back', () => {
  test('broker', () => {
    const text =
      '{"features":{"group.version":{"min_version":0,"max_version":1}},"listener_security_protocol_map":{"EXT":"PLAINTEXT","PLAINTEXT":"PLAINTEXT","SSL":"SSL"},"endpoints":["EXT://h:1","PLAINTEXT://[::1]:2","SSL://h:2"],"rack":"rack1","jmx_port":-1,"port":1,"host":"h","version":5,"timestamp":"1795238921591"}';
    const broker = decodeBroker(bytes(text));
    if (broker === undefined) throw new Error('not read');
    expect(broker.endpoints[1]).toEqual({
      listener: 'PLAINTEXT',
      securityProtocol: 'PLAINTEXT',
      host: '::1',
      port: 2,
    });
    expect(encodeBroker(broker, 1795238921591).toString()).toBe(text);
  });

  test('older brokers', () => {
    expect(decodeBroker(bytes('{"version":1,"host":"h","port":9092,"jmx_port":-1}'))?.endpoints).toEqual([
      { listener: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host: 'h', port: 9092 },
    ]);
    const v2 = '{"version":2,"endpoints":["SSL://h:9093"],"host":null,"port":-1,"jmx_port":-1,"timestamp":"1"}';
    expect(decodeBroker(bytes(v2))).toMatchObject({
      endpoints: [{ listener: 'SSL', securityProtocol: 'SSL', host: 'h', port: 9093 }],
      rack: null,
    });
  });

  test('topic', () => {
    const text =
      '{"partitions":{"0":[0,1],"1":[1,2,0]},"topic_id":"PF3ORzlySgiKGTJ9OXPtZw","adding_replicas":{"1":[2]},"removing_replicas":{"1":[0]},"version":3}';
    const topic = decodeTopic(bytes(text));
    if (topic === undefined) throw new Error('not read');
    expect(topic.partitions.get(0)).toEqual(assignment([0, 1]));
    expect(topic.partitions.get(1)).toEqual({ replicas: [1, 2, 0], adding: [2], removing: [0] });
    expect(encodeTopic(topic).toString()).toBe(text);
    expect(decodeTopic(bytes('{"version":1,"partitions":{"0":[3]}}'))).toEqual({
      topicId: undefined,
      partitions: new Map([[0, assignment([3])]]),
    });
  });

  test('partition state, recovered and not', () => {
    for (const text of [
      '{"controller_epoch":1,"leader":0,"version":1,"leader_epoch":0,"isr":[0]}',
      '{"controller_epoch":3,"leader":1,"version":1,"leader_recovery_state":1,"leader_epoch":5,"isr":[1]}',
    ]) {
      const state = decodePartitionState(bytes(text));
      if (state === undefined) throw new Error('not read');
      expect(encodePartitionState(state).toString()).toBe(text);
    }
  });

  test('the small ones', () => {
    expect(encodeController(0, 1795238606224).toString()).toBe(
      '{"version":2,"brokerid":0,"timestamp":"1795238606224","kraftControllerEpoch":-1}',
    );
    expect(decodeController(bytes('{"version":1,"brokerid":3,"timestamp":"1"}'))).toBe(3);
    expect(encodeLogDirEvent(3).toString()).toBe('{"version":1,"broker":3,"event":1}');
    expect(encodeClusterId('iOjcrTLKSlerHXythRD2iA').toString()).toBe('{"version":"1","id":"iOjcrTLKSlerHXythRD2iA"}');
    expect(decodeClusterId(bytes('{"version":"1","id":"x"}'))).toBe('x');
    const config = new Map([
      ['cleanup.policy', 'compact'],
      ['retention.ms', '1000'],
    ]);
    const configText = '{"version":1,"config":{"cleanup.policy":"compact","retention.ms":"1000"}}';
    expect(encodeConfig(config).toString()).toBe(configText);
    expect(decodeConfig(bytes(configText))).toEqual(config);
    expect(decodeConfig(null)).toEqual(new Map());
    expect(encodeConfigChange('brokers/0').toString()).toBe('{"version":2,"entity_path":"brokers/0"}');
    expect(decodeConfigChange(bytes('{"version":1,"entity_type":"topics","entity_name":"t"}'))).toBe('topics/t');
    expect(decodeConfigChange(bytes('nonsense'))).toBeUndefined();
    const feature = '{"features":{"x":{"max_version_level":2}},"version":2,"status":1}';
    expect(encodeFeature(decodeFeature(bytes(feature)) ?? { enabled: false, levels: new Map() }).toString()).toBe(
      feature,
    );
    const block = '{"version":1,"broker":0,"block_start":"0","block_end":"999"}';
    expect(encodeProducerIdBlock({ brokerId: 0, first: 0, last: 999 }).toString()).toBe(block);
    expect(decodeProducerIdBlock(bytes(block))).toEqual({ brokerId: 0, first: 0, last: 999 });
  });

  test('anything else is not read', () => {
    for (const data of [null, bytes(''), bytes('x'), bytes('[]'), bytes('{}'), bytes('{"version":1}')]) {
      expect(decodeTopic(data)).toBeUndefined();
      expect(decodePartitionState(data)).toBeUndefined();
      expect(decodeBroker(data)).toBeUndefined();
      expect(decodeProducerIdBlock(data)).toBeUndefined();
    }
  });
});
