import { expect, test } from 'vitest';
import { createKafka, fromProperties } from './index.ts';

test("a Java client's file", () => {
  const options = fromProperties(`
# a comment
bootstrap.servers=a:9092, b:9093
client.id=shop
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="u" password="p\\\\"q";
ssl.endpoint.identification.algorithm=
acks=-1
linger.ms=5
compression.type=zstd
compression.zstd.level=7
group.id=g
partition.assignment.strategy=org.apache.kafka.clients.consumer.CooperativeStickyAssignor
auto.offset.reset=by_duration:P1DT2H
enable.auto.commit=false
key.serializer=org.apache.kafka.common.serialization.StringSerializer
`);
  expect(options.kafka).toMatchObject({
    brokers: ['a:9092', 'b:9093'],
    clientId: 'shop',
    tls: { verifyHostName: false },
  });
  expect(options.kafka.sasl?.name).toBe('SCRAM-SHA-512');
  expect(options.producer).toMatchObject({ acks: 'all', lingerMs: 5, compression: 'zstd', compressionLevel: 7 });
  expect(options.consumer).toMatchObject({ group: 'g', autoCommit: false, onReset: { durationMs: 93_600_000 } });
  expect(options.consumer.assignors?.map(({ name }) => name)).toEqual(['cooperative-sticky']);
  expect(options.unused).toEqual(['key.serializer']);
});

test('what is left out is left to the defaults', async () => {
  const { kafka, producer, consumer } = fromProperties({
    'bootstrap.servers': 'localhost:9092',
    'enable.idempotence': true,
  });
  const client = createKafka(kafka);
  client.producer(producer);
  client.consumer(consumer);
  await client.close();
});

test.each([
  [{ 'linger.ms': 'soon' }, /linger\.ms: 'soon'/],
  [{ acks: '2' }, /acks: '2' is none of all, -1, 0, 1/],
  [{ 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'GSSAPI' }, /GSSAPI cannot be made from properties/],
  [{ 'security.protocol': 'SSL', 'ssl.truststore.location': '/x.jks' }, /ssl\.truststore\.location: read the file/],
])('%j is refused by name', (properties, message) => {
  expect(() => fromProperties({ 'bootstrap.servers': 'a:1', ...properties })).toThrow(message);
});
