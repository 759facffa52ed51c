/** kafka-configs.sh: configurations, quotas and SCRAM credentials of entities. Kafka's ConfigCommand of 3.9. */
import { adminSettings } from '../cli/bootstrap.ts';
import { JavaError, javaError } from '../cli/java-error.ts';
import { propertiesFile, withKafka } from '../cli/kafka-client.ts';
import { type Tool, ToolError } from '../cli/tool.ts';
import { alterEntity } from './alter.ts';
import { checkKeys, parseAdded, parseDeleted } from './changes.ts';
import { describeEntities } from './describe.ts';
import { parseConfigOptions } from './options.ts';

export const kafkaConfigs: Tool = async (args, io) => {
  const request = await parseConfigOptions(args, (text) => io.stdout.write(text));
  if (request === undefined) return 0;
  const { action, options } = request;
  const print = (line: string): void => void io.stdout.write(`${line}\n`);
  try {
    await withKafka(adminSettings(options), io, async (kafka) => {
      const admin = kafka.admin();
      if (action === 'describe') return describeEntities(admin, request, print);
      const file = options.value('add-config-file');
      const text = options.value('add-config');
      const added = new Map(file === undefined ? [] : await propertiesFile(kafka.cluster.platform, file));
      if (text !== undefined) for (const [name, value] of parseAdded(text)) added.set(name, value);
      const deleted = parseDeleted(options.value('delete-config'));
      checkKeys(added.keys());
      checkKeys(deleted);
      await alterEntity(admin, request, { added, deleted }, print);
    });
    return 0;
  } catch (error) {
    const known = javaError(error);
    if (known === undefined || io.signal.aborted) throw error;
    const trace = known.kafka === undefined ? String(known) : `java.util.concurrent.ExecutionException: ${known}`;
    const cause = known.cause instanceof JavaError ? `\nCaused by: ${known.cause}` : '';
    throw new ToolError(`Error while executing config command with args '${args.join(' ')}'\n${trace}${cause}`);
  }
};
