/** What Java's clients check of their settings before they are made, in their words: ProducerConfig, ConsumerConfig, AdminClientConfig. */
import { ConfigDef, ConfigException } from '@ottla/common/config';
import { JavaError } from './java-error.ts';

export type ClientKind = 'AdminClient' | 'Producer' | 'Consumer';

export const CONFIG_EXCEPTION = 'org.apache.kafka.common.config.ConfigException';
const KAFKA_EXCEPTION = 'org.apache.kafka.common.KafkaException';

/** What Java calls a client that could not be made. */
const FAILED = {
  AdminClient: 'Failed to create new KafkaAdminClient',
  Producer: 'Failed to construct kafka producer',
  Consumer: 'Failed to construct kafka consumer',
} as const;

/** What every client checks; `name|type|importance|default|valid`, without those that may be any text. */
const COMMON = `
client.dns.lookup|STRING|||[use_all_dns_ips, resolve_canonical_bootstrap_servers_only]
connections.max.idle.ms|LONG|||
enable.metrics.push|BOOLEAN|||
metadata.max.age.ms|LONG|||[0,...]
metadata.recovery.strategy|STRING|||(case insensitive) [REBOOTSTRAP, NONE]
metrics.num.samples|INT|||[1,...]
metrics.recording.level|STRING|||[INFO, DEBUG, TRACE]
metrics.sample.window.ms|LONG|||[0,...]
receive.buffer.bytes|INT|||[-1,...]
reconnect.backoff.max.ms|LONG|||[0,...]
reconnect.backoff.ms|LONG|||[0,...]
request.timeout.ms|INT|||[0,...]
retry.backoff.max.ms|LONG|||[0,...]
retry.backoff.ms|LONG|||[0,...]
sasl.login.refresh.buffer.seconds|SHORT|||[0,...,3600]
sasl.login.refresh.min.period.seconds|SHORT|||[0,...,900]
sasl.login.refresh.window.factor|DOUBLE|||[0.5,...,1.0]
sasl.login.refresh.window.jitter|DOUBLE|||[0.0,...,0.25]
security.protocol|STRING|||(case insensitive) [SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT]
send.buffer.bytes|INT|||[-1,...]
socket.connection.setup.timeout.max.ms|LONG|||
socket.connection.setup.timeout.ms|LONG|||
`;

const ADMIN = `
default.api.timeout.ms|INT|||[0,...]
retries|INT|||[0,...,2147483647]
`;

const PRODUCER = `
acks|STRING|||[all, -1, 0, 1]
batch.size|INT|||[0,...]
buffer.memory|LONG|||[0,...]
compression.gzip.level|INT|||[1,...,9] or -1
compression.lz4.level|INT|||[1,...,17]
compression.type|STRING|||[none, gzip, snappy, lz4, zstd]
compression.zstd.level|INT|||[-131072,...,22]
delivery.timeout.ms|INT|||[0,...]
enable.idempotence|BOOLEAN|||
linger.ms|LONG|||[0,...]
max.block.ms|LONG|||[0,...]
max.in.flight.requests.per.connection|INT|||[1,...]
max.request.size|INT|||[0,...]
metadata.max.idle.ms|LONG|||[5000,...]
partitioner.adaptive.partitioning.enable|BOOLEAN|||
partitioner.availability.timeout.ms|LONG|||[0,...]
partitioner.class|CLASS|||
partitioner.ignore.keys|BOOLEAN|||
retries|INT|||[0,...,2147483647]
transaction.timeout.ms|INT|||
transactional.id|STRING|||non-empty string
`;

const CONSUMER = `
allow.auto.create.topics|BOOLEAN|||
auto.commit.interval.ms|INT|||[0,...]
auto.offset.reset|STRING|||[latest, earliest, none]
check.crcs|BOOLEAN|||
default.api.timeout.ms|INT|||[0,...]
enable.auto.commit|BOOLEAN|||
exclude.internal.topics|BOOLEAN|||
fetch.max.bytes|INT|||[0,...]
fetch.max.wait.ms|INT|||[0,...]
fetch.min.bytes|INT|||[0,...]
group.instance.id|STRING|||non-empty string
group.protocol|STRING|||(case insensitive) [CONSUMER, CLASSIC]
heartbeat.interval.ms|INT|||
isolation.level|STRING|||[read_committed, read_uncommitted]
max.partition.fetch.bytes|INT|||[0,...]
max.poll.interval.ms|INT|||[1,...]
max.poll.records|INT|||[1,...]
partition.assignment.strategy|LIST|||
session.timeout.ms|INT|||
`;

const DEFS = {
  AdminClient: new ConfigDef(COMMON, ADMIN),
  Producer: new ConfigDef(COMMON, PRODUCER),
  Consumer: new ConfigDef(COMMON, CONSUMER),
} as const;
const ANY = new ConfigDef(COMMON, ADMIN, PRODUCER, CONSUMER);

/** Kafka 4's: the age of the first record that is read. */
const BY_DURATION = /^by_duration:/;
/** Kafka's own; no other class could be loaded here. */
const KNOWN_PARTITIONER = /^org\.apache\.kafka\.clients\.producer\.\w+$/;

/** Those of `given` that a client of this kind looks at. Throws JavaError as its constructor does. */
export function checkedProperties(kind: ClientKind, given: ReadonlyMap<string, string>): Map<string, string> {
  const def = DEFS[kind];
  const properties = new Map([...given].filter(([name]) => def.has(name) || !ANY.has(name)));
  try {
    for (const name of def.names()) {
      const text = properties.get(name);
      if (text === undefined || (name === 'auto.offset.reset' && BY_DURATION.test(text))) continue;
      def.key(name)?.parse(text);
    }
    if (kind === 'Producer') checkProducer(properties);
  } catch (error) {
    throw error instanceof ConfigException ? new JavaError(CONFIG_EXCEPTION, error.message) : error;
  }
  if (kind === 'Producer') checkDeliveryTimeout(properties);
  if (kind === 'Consumer') checkSessionTimeout(properties);
  return properties;
}

/** What goes wrong while the client is made is told under the client's name. */
export function notMade(kind: ClientKind, cause: JavaError): JavaError {
  return new JavaError(KAFKA_EXCEPTION, FAILED[kind], cause);
}

/** Java: ProducerConfig.postProcessParsedConfig. Only who asks for idempotence is told that it cannot be. */
function checkProducer(properties: ReadonlyMap<string, string>): void {
  const partitioner = properties.get('partitioner.class');
  if (partitioner !== undefined && !KNOWN_PARTITIONER.test(partitioner))
    throw ConfigException.invalid('partitioner.class', partitioner, `Class ${partitioner} could not be found.`);
  const asked = properties.get('enable.idempotence')?.trim().toLowerCase();
  const inTheWay = idempotenceObstacle(properties);
  if (asked === 'true' && inTheWay !== undefined) throw new ConfigException(inTheWay);
  if (properties.has('transactional.id') && (asked === 'false' || inTheWay !== undefined))
    throw new ConfigException('Cannot set a transactional.id without also enabling idempotence.');
}

function idempotenceObstacle(properties: ReadonlyMap<string, string>): string | undefined {
  if (numberOf(properties, 'retries', 1) === 0)
    return 'Must set retries to non-zero when using the idempotent producer.';
  if (!['all', '-1'].includes(properties.get('acks')?.trim() ?? 'all'))
    return 'Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.';
  if (numberOf(properties, 'max.in.flight.requests.per.connection', 5) > 5)
    return 'Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer.';
  return undefined;
}

/** Java: KafkaProducer.configureDeliveryTimeout. */
function checkDeliveryTimeout(properties: ReadonlyMap<string, string>): void {
  const deliveryMs = numberOf(properties, 'delivery.timeout.ms', Number.POSITIVE_INFINITY);
  const least = numberOf(properties, 'linger.ms', 0) + numberOf(properties, 'request.timeout.ms', 30_000);
  if (deliveryMs >= least) return;
  const why = 'delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms';
  throw notMade('Producer', new JavaError(CONFIG_EXCEPTION, why));
}

/** Java: Heartbeat's constructor, of a member that the clients assign. */
function checkSessionTimeout(properties: ReadonlyMap<string, string>): void {
  const isConsumer = properties.get('group.protocol')?.trim().toLowerCase() === 'consumer';
  if (isConsumer || !properties.has('group.id')) return;
  const sessionMs = numberOf(properties, 'session.timeout.ms', 45_000);
  if (numberOf(properties, 'heartbeat.interval.ms', 3000) < sessionMs) return;
  const why = 'Heartbeat must be set lower than the session timeout';
  throw notMade('Consumer', new JavaError('java.lang.IllegalArgumentException', why));
}

function numberOf(properties: ReadonlyMap<string, string>, name: string, byDefault: number): number {
  const text = properties.get(name);
  return text === undefined ? byDefault : Number(text);
}
