/** The one program behind every script in bin/: its first argument names the tool. Each tool is loaded when it is asked for. */
import type { Tool } from './cli/tool.ts';

const TOOLS: Readonly<Record<string, () => Promise<Tool>>> = {
  'kafka.Kafka': async () => (await import('./server/kafka-server.ts')).kafkaServer,
  'kafka-storage': async () => (await import('./server/kafka-storage.ts')).kafkaStorage,
  'kafka-topics': async () => (await import('./topics/kafka-topics.ts')).kafkaTopics,
  'kafka-broker-api-versions': async () =>
    (await import('./brokers/kafka-broker-api-versions.ts')).kafkaBrokerApiVersions,
  'kafka-delete-records': async () => (await import('./offsets/kafka-delete-records.ts')).kafkaDeleteRecords,
  'kafka-log-dirs': async () => (await import('./brokers/kafka-log-dirs.ts')).kafkaLogDirs,
  'kafka-transactions': async () => (await import('./transactions/kafka-transactions.ts')).kafkaTransactions,
  'kafka-configs': async () => (await import('./configs/kafka-configs.ts')).kafkaConfigs,
  'kafka-consumer-groups': async () => (await import('./consumer-groups/kafka-consumer-groups.ts')).kafkaConsumerGroups,
  'kafka-get-offsets': async () => (await import('./offsets/kafka-get-offsets.ts')).kafkaGetOffsets,
  'kafka-console-producer': async () => (await import('./console/console-producer.ts')).consoleProducer,
  'kafka-console-consumer': async () => (await import('./console/console-consumer.ts')).consoleConsumer,
  'kafka-producer-perf-test': async () => (await import('./perf/kafka-producer-perf-test.ts')).producerPerfTest,
  'kafka-consumer-perf-test': async () => (await import('./perf/kafka-consumer-perf-test.ts')).consumerPerfTest,
  'kafka-verifiable-producer': async () =>
    (await import('./verifiable/kafka-verifiable-producer.ts')).verifiableProducer,
  'kafka-verifiable-consumer': async () =>
    (await import('./verifiable/kafka-verifiable-consumer.ts')).verifiableConsumer,
  'kafka-dump-log': async () => (await import('./dump-log/kafka-dump-log.ts')).kafkaDumpLog,
};

const [name = '', ...args] = process.argv.slice(2);
const load = TOOLS[name];
if (load === undefined) {
  process.stderr.write(`Unknown tool '${name}'. Tools: ${Object.keys(TOOLS).join(', ')}\n`);
  process.exitCode = 1;
} else {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort(signal));
  // A reader that went away (`| head`) is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') interrupted.abort('EPIPE');
  });
  const io = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    signal: interrupted.signal,
  };
  try {
    const tool = await load();
    process.exitCode = await tool(args, io);
  } catch (error) {
    // It knows the client's errors, which a tool that works need not load.
    const { formatFailure } = await import('./cli/failure.ts');
    const failure = formatFailure(error);
    process.stderr.write(failure.text);
    process.exitCode = failure.exitCode;
  }
}
