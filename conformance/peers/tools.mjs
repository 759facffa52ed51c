// Kafka's command line tools by the names of their scripts. Classes moved between packages over the years, their own names hardly did.
import { join } from 'node:path';
import { classesOf, jars } from './jars.mjs';
import { logFlags, SERVER_FLAGS, SHORT_FLAGS, words } from './jvm.mjs';
import { exactVersion } from './versions.mjs';

/** Script name to the end of the class name. @type {Record<string, string>} */
const CLASSES = {
  'kafka-acls': 'AclCommand',
  'kafka-broker-api-versions': 'BrokerApiVersionsCommand',
  'kafka-client-metrics': 'ClientMetricsCommand',
  'kafka-cluster': 'ClusterTool',
  'kafka-configs': 'ConfigCommand',
  'kafka-console-consumer': 'ConsoleConsumer',
  'kafka-console-producer': 'ConsoleProducer',
  'kafka-console-share-consumer': 'ConsoleShareConsumer',
  'kafka-consumer-groups': 'ConsumerGroupCommand',
  'kafka-consumer-perf-test': 'ConsumerPerformance',
  'kafka-delegation-tokens': 'DelegationTokenCommand',
  'kafka-delete-records': 'DeleteRecordsCommand',
  'kafka-dump-log': 'DumpLogSegments',
  'kafka-e2e-latency': 'EndToEndLatency',
  'kafka-features': 'FeatureCommand',
  'kafka-get-offsets': 'GetOffsetShell',
  'kafka-groups': 'GroupsCommand',
  'kafka-jmx': 'JmxTool',
  'kafka-leader-election': 'LeaderElectionCommand',
  'kafka-log-dirs': 'LogDirsCommand',
  'kafka-metadata-quorum': 'MetadataQuorumCommand',
  'kafka-metadata-shell': 'MetadataShell',
  'kafka-mirror-maker': 'kafka.tools.MirrorMaker',
  'kafka-producer-perf-test': 'ProducerPerformance',
  'kafka-reassign-partitions': 'ReassignPartitionsCommand',
  'kafka-replica-verification': 'ReplicaVerificationTool',
  'kafka-share-consumer-perf-test': 'ShareConsumerPerformance',
  'kafka-share-groups': 'ShareGroupCommand',
  'kafka-storage': 'StorageTool',
  'kafka-streams-application-reset': 'StreamsResetter',
  'kafka-streams-groups': 'StreamsGroupCommand',
  'kafka-topics': 'TopicCommand',
  'kafka-transactions': 'TransactionsCommand',
  'kafka-verifiable-consumer': 'VerifiableConsumer',
  'kafka-verifiable-producer': 'VerifiableProducer',
  'kafka-verifiable-share-consumer': 'VerifiableShareConsumer',
  'zookeeper-security-migration': 'ZkSecurityMigrator',
  'zookeeper-shell': 'ZooKeeperMain',
  'connect-distributed': 'ConnectDistributed',
  'connect-mirror-maker': 'connect.mirror.MirrorMaker',
  'connect-plugin-path': 'ConnectPluginPath',
  'connect-standalone': 'ConnectStandalone',
};

/** Tools that move data or stay: they get the flags of Kafka's scripts. */
const LASTING = /-perf-test$|-latency$|^kafka-verifiable-|^kafka-console-|^connect-|mirror-maker$/;

/**
 * The class that a tool is, and the class path it needs.
 * @param {string} version
 * @param {string} tool with or without `.sh`
 * @returns {Promise<{ main: string, classPath: string }>}
 */
export async function toolClass(version, tool) {
  const name = tool.replace(/\.sh$/, '');
  const ending = CLASSES[name];
  if (ending === undefined) throw new Error(`unknown tool ${name}; known: ${Object.keys(CLASSES).join(' ')}`);
  const set = name.startsWith('connect-') ? 'connect' : 'broker';
  const homes = (await classesOf(version, set)).filter((found) => found === ending || found.endsWith(`.${ending}`));
  // While a tool moved, both homes existed; Kafka's scripts then call the newer one.
  const main = homes.find((found) => found.startsWith('org.apache.')) ?? homes[0];
  if (main === undefined) throw new Error(`Kafka ${exactVersion(version)} has no ${name}`);
  return { main, classPath: join(await jars(version, set), '*') };
}

/**
 * The command that runs a tool.
 * @param {string} version
 * @param {string} tool with or without `.sh`
 * @param {string[]} args
 * @returns {Promise<[string, string[]]>}
 */
export async function toolCommand(version, tool, args) {
  const name = tool.replace(/\.sh$/, '');
  const { main, classPath } = await toolClass(version, name);
  const heap = words(process.env.KAFKA_HEAP_OPTS || (LASTING.test(name) ? '-Xmx512M' : '-Xmx256M'));
  const flags = LASTING.test(name) ? SERVER_FLAGS : SHORT_FLAGS;
  const first = name === 'zookeeper-shell' ? ['-server'] : [];
  return [
    'java',
    [...heap, ...flags, ...logFlags(), ...words(process.env.KAFKA_OPTS), '-cp', classPath, main, ...first, ...args],
  ];
}
