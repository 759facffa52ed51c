/** kafka-consumer-groups.sh: list, describe, reset and delete groups. Kafka's ConsumerGroupCommand of 3.9. */
import { adminSettings } from '../cli/bootstrap.ts';
import { isFileError, JavaError, javaError } from '../cli/java-error.ts';
import { withKafka } from '../cli/kafka-client.ts';
import { type Tool, ToolError, type ToolIo } from '../cli/tool.ts';
import { UsageError } from '../cli/usage.ts';
import { deleteGroups, deleteOffsets } from './delete.ts';
import { describeGroups } from './describe.ts';
import type { GroupClient } from './group-client.ts';
import { listGroups } from './list.ts';
import { parseGroupOptions, usage } from './options.ts';
import { regexProblem } from './regex-syntax.ts';
import { resetOffsets } from './reset.ts';

const ACTIONS = {
  list: listGroups,
  describe: describeGroups,
  delete: deleteGroups,
  'reset-offsets': resetOffsets,
  'delete-offsets': deleteOffsets,
} as const;

export const kafkaConsumerGroups: Tool = async (args, io) => {
  const parsed = parseGroupOptions(
    args,
    (text) => io.stdout.write(text),
    (line) => io.stderr.write(`${line}\n`),
  );
  if (parsed === undefined) return 0;
  const { action, options } = parsed;
  if (action === 'validate-regex') {
    const [regex = '', another] = options.values('validate-regex');
    if (another !== undefined)
      throw usage('Found multiple arguments for option validate-regex, but you asked for only one');
    const problem = regexProblem(regex);
    io.stdout.write(
      `The regular expression \`${regex}\` is ${problem === undefined ? 'valid' : `invalid: ${problem}`}.\n`,
    );
    return 0;
  }
  try {
    await withKafka(adminSettings(options), io, async (kafka) => {
      const limit = { timeout: options.number('timeout') ?? 5000 };
      const client: GroupClient = { kafka, admin: kafka.admin(), options, io, limit };
      await ACTIONS[action](client);
    });
  } catch (error) {
    const known = javaError(error) ?? (error instanceof ToolError ? error : undefined);
    if (known === undefined || known instanceof UsageError || io.signal.aborted) throw error;
    fail(io, known);
  }
  // Also after a failure: so does Kafka's tool.
  return 0;
};

function fail(io: ToolIo, thrown: ToolError): void {
  const error = isFileError(thrown) ? new JavaError('java.lang.RuntimeException', String(thrown)) : thrown;
  io.stdout.write(`\nError: Executing consumer group command failed due to ${error.message}\n`);
  const cause = error.cause instanceof Error ? `Caused by: ${error.cause}\n` : '';
  io.stderr.write(`${error instanceof JavaError ? error : error.message}\n${cause}`);
}
