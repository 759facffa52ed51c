/** kafka-broker-api-versions.sh: which requests each broker knows, in which versions. Kafka's BrokerApiVersionsCommand of 3.9. */

import { API, type Kafka, type KafkaError } from '@ottla/client';
import { adminSettings } from '../cli/bootstrap.ts';
import { calling, JavaError, javaError } from '../cli/java-error.ts';
import { withKafka } from '../cli/kafka-client.ts';
import { OptionParser, withArgument } from '../cli/option-parser.ts';
import type { Tool, ToolIo } from '../cli/tool.ts';
import { HELP_AND_VERSION, parseOrHelp, requireOptions } from '../cli/usage.ts';

const parser = new OptionParser([
  withArgument('bootstrap-server', 'server(s) to use for bootstrapping', 'REQUIRED: Where the cluster is reached.'),
  withArgument('command-config', 'command config property file', 'Properties of the client.'),
  ...HELP_AND_VERSION,
]);
const PURPOSE = 'This tool helps to retrieve broker version information.';

/** Requests that controllers of a KRaft quorum send each other, and brokers to them: no broker is expected to answer them. */
const OF_CONTROLLERS = new Set([
  'Vote',
  'BeginQuorumEpoch',
  'EndQuorumEpoch',
  'FetchSnapshot',
  'BrokerRegistration',
  'BrokerHeartbeat',
  'ControllerRegistration',
  'AssignReplicasToDirs',
  'UpdateRaftVoter',
  'UnregisterController',
]);

export const kafkaBrokerApiVersions: Tool = async (args, io) => {
  const options = parseOrHelp(parser, args, PURPOSE, (text) => io.stdout.write(text), 'message alone');
  if (options === undefined) return 0;
  requireOptions(parser, options, 'bootstrap-server');
  try {
    await withKafka(adminSettings(options), io, (kafka, properties) => printVersions(kafka, properties, io));
    return 0;
  } catch (error) {
    // Kafka's tool makes no Admin of its own: what is wrong with the addresses is told as it is.
    throw error instanceof JavaError && error.cause instanceof JavaError ? error.cause : error;
  }
};

const REQUEST_TIMEOUT_MS = '5000';

async function printVersions(kafka: Kafka, properties: ReadonlyMap<string, string>, io: ToolIo): Promise<void> {
  const timeout = Number(properties.get('request.timeout.ms') ?? REQUEST_TIMEOUT_MS);
  const { brokers } = await calling('listNodes', () => kafka.admin().describeCluster({ timeout })).catch((error) => {
    if (!(error instanceof JavaError) || error.kafka?.code !== 'TIMEOUT') throw error;
    throw nobodyAnswered(properties.get('bootstrap.servers') ?? '', error.kafka);
  });
  for (const { id, host, port, rack } of brokers) {
    const node = `${host}:${port} (id: ${id} rack: ${rack})`;
    try {
      const versions = await kafka.cluster.versions(id);
      io.stdout.write(`${node} -> (\n${linesOf(versions).join(',\n')}\n)\n`);
    } catch (error) {
      io.stdout.write(`${node} -> ERROR: ${javaError(error)?.message ?? String(error)}\n`);
    }
  }
}

/** Kafka's tool counts those it begins with down from -1. */
function nobodyAnswered(bootstrap: string, cause: KafkaError): JavaError {
  const nodes = bootstrap.split(',').map((each, at) => `${each.trim()} (id: ${-1 - at} rack: null)`);
  const message = `Request METADATA failed on brokers List(${nodes.join(', ')})`;
  return new JavaError('java.lang.RuntimeException', message, cause);
}

type Versions = Awaited<ReturnType<Kafka['cluster']['versions']>>;

function linesOf(versions: Versions): string[] {
  const byKey = new Map<number, string>();
  for (const [key, { min, max }] of versions.entries()) byKey.set(key, `\tUNKNOWN(${key}): ${rangeText(min, max)}`);
  for (const [name, api] of Object.entries(API)) {
    const { apiKey, minVersion } = api.request;
    const range = versions.range(apiKey);
    if (range !== undefined) {
      const usable = versions.pick(api);
      const use =
        usable !== undefined ? `usable: ${usable}` : `unusable: node too ${range.max < minVersion ? 'old' : 'new'}`;
      byKey.set(apiKey, `\t${name}(${apiKey}): ${rangeText(range.min, range.max)} [${use}]`);
    } else if (!OF_CONTROLLERS.has(name)) byKey.set(apiKey, `\t${name}(${apiKey}): UNSUPPORTED`);
  }
  return [...byKey].toSorted(([a], [b]) => a - b).map(([, line]) => line);
}

const rangeText = (min: number, max: number): string => (min === max ? `${min}` : `${min} to ${max}`);
