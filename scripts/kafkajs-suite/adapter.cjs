// The suite makes clients of kafkajs's inner parts: a cluster, a logger, an emitter. Here they become options of a Kafka of the entry under test.
const ours = require(process.env.SUITE_BUNDLE);

const kafkajs = (path) => require(`${process.env.SUITE_ROOT}/${path}`);

function kafkaOf({ cluster, logger }) {
  const of = cluster === undefined ? undefined : configOf(cluster);
  return new ours.Kafka({
    brokers: kafkajs('testHelpers').plainTextBrokers(),
    ...of,
    ...(logger && loggingTo(logger)),
  });
}

/** Consumers and producers with a cluster in common know of each other's commits. */
function sharedKafkaOf(given) {
  const known = given.cluster && kafkas.get(given.cluster);
  if (known) return known;
  const kafka = kafkaOf(given);
  if (given.cluster) kafkas.set(given.cluster, kafka);
  return kafka;
}

const kafkas = new WeakMap();

/** What each cluster was made with. */
const configs = new WeakMap();

function configOf(cluster) {
  const { brokers, clientId, ssl, sasl, connectionTimeout, requestTimeout, enforceRequestTimeout, retry } =
    configs.get(cluster) ?? {};
  return { brokers, clientId, ssl, sasl, connectionTimeout, requestTimeout, enforceRequestTimeout, retry };
}

function loggingTo(logger) {
  const logCreator =
    () =>
    ({ namespace, label, log }) => {
      const { message, timestamp: _timestamp, logger: _name, ...extra } = log;
      (namespace ? logger.namespace(namespace) : logger)[label.toLowerCase()](message, extra);
    };
  return { logLevel: ours.logLevel.DEBUG, logCreator };
}

function retryOf(retry) {
  return { ...kafkajs('src/retry/defaults.test.js'), ...retry };
}

/** What is given with the cluster there is an option of the client here. */
function optionsOf(given) {
  const { metadataMaxAge, allowAutoTopicCreation, maxInFlightRequests } =
    (given.cluster && configs.get(given.cluster)) ?? {};
  const options = { metadataMaxAge, allowAutoTopicCreation, maxInFlightRequests: maxInFlightRequests ?? undefined };
  return { ...options, ...given, retry: retryOf(given.retry) };
}

/** The suite looks at the cluster that it handed over: kept connected, and told of the topics that the client uses. */
function beside(client, { cluster, instrumentationEmitter }) {
  if (instrumentationEmitter !== undefined) {
    for (const name of Object.values(client.events)) {
      const inner = name.replace(/^(?:consumer|producer|admin)\.network/, 'network');
      client.on(name, (event) => instrumentationEmitter.emit(inner, event.payload));
    }
  }
  const config = cluster && configs.get(cluster);
  if (config === undefined || config.sasl || config.ssl || config.requestTimeout < 100) return client;
  const after = (name, then, target = client) => {
    const method = target[name]?.bind(target);
    if (method === undefined) return;
    target[name] = async (...given) => {
      const result = await method(...given);
      await then(...given, result);
      return result;
    };
  };
  const aware = (topics) =>
    cluster.addMultipleTargetTopics(topics.filter((t) => typeof t === 'string')).catch(() => {});
  after('connect', () => cluster.connect().catch(() => {}));
  after('disconnect', () => cluster.disconnect());
  after('send', ({ topic }) => aware([topic]));
  after('sendBatch', ({ topicMessages = [] }) => aware(topicMessages.map(({ topic }) => topic)));
  after('transaction', (transaction) => after('send', ({ topic }) => aware([topic]), transaction));
  after('subscribe', ({ topic, topics }) => aware(topics ?? [topic]));
  return client;
}

module.exports = {
  entry: ours,
  recording: (Cluster) =>
    class extends Cluster {
      constructor(config) {
        super(config);
        configs.set(this, config);
      }
    },
  createAdmin: (given) => beside(kafkaOf(given).admin(optionsOf(given)), given),
  createProducer: (given) => beside(sharedKafkaOf(given).producer(optionsOf(given)), given),
  createConsumer: (given) => {
    const isolation = given.isolationLevel ?? (given.cluster && configs.get(given.cluster))?.isolationLevel;
    return beside(sharedKafkaOf(given).consumer({ ...optionsOf(given), readUncommitted: isolation === 0 }), given);
  },
  assignerProtocol: ours.AssignerProtocol,
  roundRobin: ours.PartitionAssigners.roundRobin,
  defaultPartitioner: ours.Partitioners.DefaultPartitioner,
  legacyPartitioner: ours.Partitioners.LegacyPartitioner,
  aclOperationTypes: ours.AclOperationTypes,
  aclPermissionTypes: ours.AclPermissionTypes,
  aclResourceTypes: ours.AclResourceTypes,
  configResourceTypes: ours.ConfigResourceTypes,
  resourcePatternTypes: ours.ResourcePatternTypes,
  errors: (theirs) => ({
    ...Object.fromEntries(Object.keys(theirs).flatMap((name) => (name in ours ? [[name, ours[name]]] : []))),
    isKafkaJSError: (e) => e instanceof ours.KafkaJSError || e instanceof theirs.KafkaJSError,
  }),
  loggers: () => ({
    createLogger: ({ level, logCreator }) =>
      new ours.Kafka({
        brokers: [],
        logLevel: level,
        logCreator: logCreator === kafkajs('src/loggers/console.js') ? undefined : logCreator,
      }).logger(),
    LEVELS: ours.logLevel,
  }),
};
