/** Java's configuration, verbatim: what a `client.properties` says, as options of this client. */
import { readProperties } from '@ottla/common';
import type { TlsOptions } from '@ottla/platform';
import { type CompressionType, compressionOfName } from '@ottla/protocol/compression';
import { plain, type SaslMechanism, scram256, scram512 } from '@ottla/rpc';
import {
  type Assignor,
  cooperativeStickyAssignor,
  rangeAssignor,
  roundRobinAssignor,
  stickyAssignor,
} from './consumer/assignors/index.ts';
import type { ConsumerOptions, OffsetReset } from './consumer/options.ts';
import { invalidArgument } from './errors.ts';
import type { KafkaOptions } from './options.ts';
import type { ProducerOptions } from './producer/options.ts';
import { PropertyReader } from './property-reader.ts';

/** Names and values, or the text of a file. */
export type Properties = Readonly<Record<string, string | number | boolean>> | ReadonlyMap<string, string> | string;

export interface OptionsFromProperties {
  readonly kafka: KafkaOptions;
  readonly producer: ProducerOptions;
  readonly consumer: ConsumerOptions;
  /** Names that mean nothing here, such as those of serializers: topics have serdes instead. */
  readonly unused: readonly string[];
}

/** Throws KafkaError (INVALID_ARGUMENT) for a value that Java would refuse, and for what only Java can do. */
export function fromProperties(properties: Properties): OptionsFromProperties {
  const reader = new PropertyReader(typeof properties === 'string' ? readProperties(properties) : properties);
  return {
    kafka: kafkaOptions(reader),
    producer: producerOptions(reader),
    consumer: consumerOptions(reader),
    unused: reader.unused(),
  };
}

function kafkaOptions(reader: PropertyReader): KafkaOptions {
  const protocol = reader.oneOf('security.protocol', ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']) ?? 'PLAINTEXT';
  return {
    brokers: reader.list('bootstrap.servers') ?? [],
    clientId: reader.text('client.id'),
    tls: protocol === 'SSL' || protocol === 'SASL_SSL' ? tlsOptions(reader) : undefined,
    sasl: protocol.startsWith('SASL') ? saslMechanism(reader) : undefined,
    requestTimeoutMs: reader.number('request.timeout.ms'),
    operationTimeoutMs: reader.number('default.api.timeout.ms'),
    connectTimeoutMs: reader.number('socket.connection.setup.timeout.ms'),
    retryBackoffMs: reader.number('retry.backoff.ms'),
    retryBackoffMaxMs: reader.number('retry.backoff.max.ms'),
    reconnectBackoffMs: reader.number('reconnect.backoff.ms'),
    reconnectBackoffMaxMs: reader.number('reconnect.backoff.max.ms'),
    metadataMaxAgeMs: reader.number('metadata.max.age.ms'),
    connectionsMaxIdleMs: reader.duration('connections.max.idle.ms'),
    metricsPush: reader.boolean('enable.metrics.push'),
    metadataRecovery: reader.oneOf('metadata.recovery.strategy', ['rebootstrap', 'none']),
  };
}

function tlsOptions(reader: PropertyReader): TlsOptions {
  for (const name of ['ssl.truststore.location', 'ssl.keystore.location']) {
    if (reader.text(name) !== undefined)
      throw invalidArgument(
        `${name}: read the file and give its content, as PEM in ssl.truststore.certificates, ` +
          'ssl.keystore.certificate.chain and ssl.keystore.key, or as the option tls',
      );
  }
  const algorithm = reader.text('ssl.endpoint.identification.algorithm');
  return {
    ca: reader.text('ssl.truststore.certificates'),
    cert: reader.text('ssl.keystore.certificate.chain'),
    key: reader.text('ssl.keystore.key'),
    passphrase: reader.text('ssl.key.password'),
    verifyHostName: algorithm === undefined ? undefined : algorithm !== '',
  };
}

function saslMechanism(reader: PropertyReader): SaslMechanism {
  const name = reader.text('sasl.mechanism') ?? 'GSSAPI';
  const jaas = reader.text('sasl.jaas.config') ?? '';
  const make = { PLAIN: plain, 'SCRAM-SHA-256': scram256, 'SCRAM-SHA-512': scram512 }[name];
  if (make === undefined)
    throw invalidArgument(
      `sasl.mechanism: ${name} cannot be made from properties; give the option sasl, e.g. oauthBearer()`,
    );
  const username = jaasOption(jaas, 'username');
  const password = jaasOption(jaas, 'password');
  if (username === undefined || password === undefined)
    throw invalidArgument(`sasl.jaas.config: ${name} needs a login module with username="..." password="..."`);
  return make(username, password);
}

/** An option of a JAAS entry: in quotes with backslash escapes, or bare. */
function jaasOption(jaas: string, option: string): string | undefined {
  const match = new RegExp(`\\b${option}\\s*=\\s*(?:"((?:\\\\.|[^"\\\\])*)"|([^\\s;"]+))`).exec(jaas);
  return match?.[1]?.replaceAll(/\\(.)/g, '$1') ?? match?.[2];
}

function producerOptions(reader: PropertyReader): ProducerOptions {
  const acks = reader.oneOf('acks', ['all', '-1', '0', '1']);
  return {
    acks: acks === undefined ? undefined : acks === '0' ? 0 : acks === '1' ? 1 : 'all',
    idempotent: reader.boolean('enable.idempotence'),
    transactionalId: reader.text('transactional.id'),
    transactionTimeoutMs: reader.number('transaction.timeout.ms'),
    lingerMs: reader.number('linger.ms'),
    batchBytes: reader.number('batch.size'),
    bufferBytes: reader.number('buffer.memory'),
    blockMaxMs: reader.number('max.block.ms'),
    deliveryTimeoutMs: reader.number('delivery.timeout.ms'),
    retries: reader.number('retries'),
    inFlightMax: reader.number('max.in.flight.requests.per.connection'),
    requestBytesMax: reader.number('max.request.size'),
    adaptivePartitioning: reader.boolean('partitioner.adaptive.partitioning.enable'),
    ignoreKeys: reader.boolean('partitioner.ignore.keys'),
    ...compressionOptions(reader),
  };
}

function compressionOptions(reader: PropertyReader): Pick<ProducerOptions, 'compression' | 'compressionLevel'> {
  const name = reader.text('compression.type');
  const compression: CompressionType | undefined = name === undefined ? undefined : compressionOfName(name);
  if (name !== undefined && compression === undefined)
    throw invalidArgument(`compression.type: there is no codec ${name}`);
  const levels = ['gzip', 'lz4', 'zstd'].map((codec) => [codec, reader.number(`compression.${codec}.level`)] as const);
  return { compression, compressionLevel: levels.find(([codec]) => codec === compression)?.[1] };
}

function consumerOptions(reader: PropertyReader): ConsumerOptions {
  const intervalMs = reader.number('auto.commit.interval.ms');
  const isOn = reader.boolean('enable.auto.commit');
  return {
    group: reader.text('group.id'),
    instanceId: reader.text('group.instance.id'),
    protocol: reader.oneOf('group.protocol', ['classic', 'consumer']),
    remoteAssignor: reader.text('group.remote.assignor'),
    assignors: reader.list('partition.assignment.strategy')?.map(assignorOf),
    isolation: reader.oneOf('isolation.level', ['read_uncommitted', 'read_committed']),
    autoCommit: isOn === false ? false : intervalMs === undefined ? isOn : { intervalMs },
    onReset: offsetReset(reader.text('auto.offset.reset')),
    sessionTimeoutMs: reader.number('session.timeout.ms'),
    heartbeatIntervalMs: reader.number('heartbeat.interval.ms'),
    maxPollIntervalMs: reader.number('max.poll.interval.ms'),
    maxPollRecords: reader.number('max.poll.records'),
    fetchMinBytes: reader.number('fetch.min.bytes'),
    fetchMaxBytes: reader.number('fetch.max.bytes'),
    fetchMaxWaitMs: reader.number('fetch.max.wait.ms'),
    maxPartitionFetchBytes: reader.number('max.partition.fetch.bytes'),
    rack: reader.text('client.rack'),
    checkCrcs: reader.boolean('check.crcs'),
    allowAutoTopicCreation: reader.boolean('allow.auto.create.topics'),
  };
}

function assignorOf(className: string): Assignor {
  const name = className.replace(/^.*\./, '');
  const make = {
    RangeAssignor: rangeAssignor,
    RoundRobinAssignor: roundRobinAssignor,
    StickyAssignor: stickyAssignor,
    CooperativeStickyAssignor: cooperativeStickyAssignor,
  }[name];
  if (make === undefined)
    throw invalidArgument(`partition.assignment.strategy: ${className} is none of Kafka's; give the option assignors`);
  return make();
}

function offsetReset(text: string | undefined): OffsetReset | undefined {
  const days = /^by_duration:P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text ?? '');
  if (days !== null) {
    const [, d = 0, h = 0, m = 0, s = 0] = days;
    return { durationMs: (((Number(d) * 24 + Number(h)) * 60 + Number(m)) * 60 + Number(s)) * 1000 };
  }
  if (text === undefined || text === 'earliest' || text === 'latest' || text === 'none') return text;
  throw invalidArgument(`auto.offset.reset: ${text} is none of earliest, latest, none, by_duration:<ISO 8601>`);
}
