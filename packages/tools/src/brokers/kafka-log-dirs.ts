/** kafka-log-dirs.sh: what is in the log directories of brokers, as JSON. Kafka's LogDirsCommand of 3.9. */

import type { LogDirDescription } from '@ottla/client';
import { adminSettings } from '../cli/bootstrap.ts';
import { calling, javaError } from '../cli/java-error.ts';
import { withKafka } from '../cli/kafka-client.ts';
import { OptionParser, withArgument } from '../cli/option-parser.ts';
import { type Tool, ToolError } from '../cli/tool.ts';
import { HELP_AND_VERSION, parseOrHelp, requireOptions } from '../cli/usage.ts';

const parser = new OptionParser([
  withArgument('bootstrap-server', 'The server(s) to use for bootstrapping', 'REQUIRED: Where the cluster is reached.'),
  withArgument('command-config', 'Admin client property file', 'Properties of the client.'),
  { name: 'describe', description: 'REQUIRED: Describe the log directories.' },
  withArgument('topic-list', 'Topic list', 'Only these topics, separated by commas.', { defaultsTo: '' }),
  withArgument('broker-list', 'Broker list', 'Only these brokers, separated by commas.'),
  ...HELP_AND_VERSION,
]);
const PURPOSE = 'This tool helps to query log directory usage on the specified brokers.';

export const kafkaLogDirs: Tool = async (args, io) => {
  const options = parseOrHelp(parser, args, PURPOSE, (text) => io.stdout.write(text), 'message alone');
  if (options === undefined) return 0;
  requireOptions(parser, options, 'bootstrap-server', 'describe');
  return withKafka(adminSettings(options), io, async (kafka) => {
    const admin = kafka.admin();
    const topics = listOf(options.value('topic-list'));
    const wanted = [...new Set(listOf(options.value('broker-list')).map(brokerId))];
    const { brokers } = await calling('listNodes', () => admin.describeCluster());
    const existing = brokers.map(({ id }) => id);
    const unknown = wanted.filter((id) => !existing.includes(id)).toSorted((a, b) => a - b);
    if (unknown.length > 0) {
      io.stderr.write(
        `ERROR: The given brokers do not exist from --broker-list: ${unknown.join(',')}. Current existent brokers: ${existing.join(',')}\n`,
      );
      return 1;
    }
    const asked = wanted.length === 0 ? existing : wanted;
    io.stdout.write('Querying brokers for log directories information\n');
    const described = await calling('describeLogDirs', () => admin.describeLogDirs({ brokers: asked }));
    io.stdout.write(`Received log directory information from brokers ${asked.join(',')}\n`);
    const list = Array.from(described, ([broker, dirs]) => ({
      broker,
      logDirs: dirs.map((dir) => inJson(dir, topics)),
    }));
    io.stdout.write(`${JSON.stringify({ brokers: list, version: 1 })}\n`);
    return 0;
  });
};

const listOf = (text: string | undefined): string[] => (text ?? '').split(',').filter((part) => part !== '');

function brokerId(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new ToolError(`For input string: "${text}"`);
  return Number(text);
}

/** With the keys in Kafka's order. */
function inJson({ path, error, replicas }: LogDirDescription, topics: readonly string[]): object {
  const shown = replicas.filter(({ topic }) => topics.length === 0 || topics.includes(topic));
  return {
    partitions: shown.map(({ topic, partition, sizeBytes, offsetLag, isFuture }) => ({
      partition: `${topic}-${partition}`,
      size: sizeBytes,
      offsetLag,
      isFuture,
    })),
    error: error === undefined ? null : (javaError(error)?.className ?? error.code),
    logDir: path,
  };
}
