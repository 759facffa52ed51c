/** kafka-delete-records.sh: delete what is before offsets. Kafka's DeleteRecordsCommand of 3.9. */

import { KafkaError, type TopicPartitionOffset } from '@ottla/client';
import { adminSettings } from '../cli/bootstrap.ts';
import { javaError } from '../cli/java-error.ts';
import { readText, toolPlatform, withKafka } from '../cli/kafka-client.ts';
import { OptionParser, withArgument } from '../cli/option-parser.ts';
import { type Tool, ToolError } from '../cli/tool.ts';
import { HELP_AND_VERSION, parseOrHelp, requireOptions } from '../cli/usage.ts';
import { parseOffsetFile } from './offset-file.ts';

const parser = new OptionParser([
  withArgument('bootstrap-server', 'server(s) to use for bootstrapping', 'REQUIRED: Where the cluster is reached.'),
  withArgument(
    'offset-json-file',
    'Offset json file path',
    'REQUIRED: What to delete: {"partitions": [{"topic": "foo", "partition": 1, "offset": 1}], "version": 1}. Offset -1 is the high watermark.',
  ),
  withArgument('command-config', 'command config property file path', 'Properties of the client.'),
  ...HELP_AND_VERSION,
]);
const PURPOSE = 'This tool helps to delete records of the given partitions down to the specified offset.';

export const kafkaDeleteRecords: Tool = async (args, io) => {
  const options = parseOrHelp(parser, args, PURPOSE, (text) => io.stdout.write(text), 'message alone');
  if (options === undefined) return 0;
  requireOptions(parser, options, 'bootstrap-server', 'offset-json-file');
  const file = options.value('offset-json-file') ?? '';
  return withKafka(adminSettings(options), io, async (kafka) => {
    const places = parseOffsetFile(await offsetFile(file));
    io.stdout.write('Executing records delete operation\n');
    let failed: KafkaError | undefined;
    const deleted = await kafka
      .admin()
      .deleteRecords(places)
      .catch((error: unknown) => {
        if (!(error instanceof KafkaError)) throw error;
        failed = error;
        return new Map<string, unknown>(error.results ?? []);
      });
    io.stdout.write('Records delete operation completed:\n');
    for (const place of places) io.stdout.write(`${lineOf(place, deleted, failed)}\n`);
    return 0;
  });
};

function lineOf(
  { topic, partition }: TopicPartitionOffset,
  deleted: ReadonlyMap<string, unknown>,
  failed: KafkaError | undefined,
): string {
  const name = `${topic}-${partition}`;
  const start = deleted.get(name);
  if (typeof start === 'number') return `partition: ${name}\tlow_watermark: ${start}`;
  return `partition: ${name}\terror: ${javaError(failed?.failures?.get(name) ?? failed, 'deleteRecords(api=METADATA)')}`;
}

async function offsetFile(file: string): Promise<string> {
  const platform = toolPlatform();
  try {
    const text = await readText(platform, file);
    if (text === undefined) throw new ToolError(`Unable to read file ${file}`);
    return text;
  } finally {
    await platform.close();
  }
}
