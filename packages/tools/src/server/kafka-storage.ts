/** kafka-storage.sh: make ids, format log directories, show what is in them. Kafka's StorageTool of 3.9. */
import { randomUuid } from '@ottla/common';
import { readProperties, writeProperties } from '@ottla/common/config';
import type { Platform } from '@ottla/platform';
import { isUuid } from '@ottla/protocol';
import { type Argument, type ParsedArguments, parseArguments } from '../cli/arguments.ts';
import { toolPlatform } from '../cli/kafka-client.ts';
import { type Tool, ToolError, type ToolIo } from '../cli/tool.ts';
import { absolutePath } from './paths.ts';

const USAGE = 'usage: kafka-storage [-h] {info,format,random-uuid} ...';
const FORMAT_USAGE = `usage: kafka-storage format [-h] --config CONFIG --cluster-id CLUSTER_ID
                     [--add-scram ADD_SCRAM] [--ignore-formatted]
                     [--release-version RELEASE_VERSION]
                     [--feature FEATURE] [--standalone |
                     --no-initial-controllers |
                     --initial-controllers INITIAL_CONTROLLERS]`;
const INFO_USAGE = 'usage: kafka-storage info [-h] --config CONFIG';
const PROGRAM = 'kafka-storage';
/** What Kafka 3.9 prints beside a formatted directory. */
const RELEASE = '3.9-IV0';
const META_PROPERTIES = 'meta.properties';

const CONFIG: Argument = { name: 'config', short: 'c', required: true };
const FORMAT: readonly Argument[] = [
  CONFIG,
  { name: 'cluster-id', short: 't', required: true },
  { name: 'add-scram', short: 'S', repeatable: true },
  { name: 'ignore-formatted', short: 'g', flag: true },
  { name: 'release-version', short: 'r' },
  { name: 'feature', short: 'f', repeatable: true },
  { name: 'standalone', short: 's', flag: true },
  { name: 'no-initial-controllers', short: 'N', flag: true },
  { name: 'initial-controllers', short: 'I' },
];

export const kafkaStorage: Tool = async (args, io) => {
  const [command, ...rest] = args;
  const platform = toolPlatform();
  try {
    switch (command) {
      case 'random-uuid':
        io.stdout.write(`${randomUuid(platform.crypto)}\n`);
        return 0;
      case 'format':
        return await format(platform, parseArguments(rest, FORMAT, FORMAT_USAGE, PROGRAM), io);
      case 'info':
        return await info(platform, parseArguments(rest, [CONFIG], INFO_USAGE, PROGRAM), io);
      case '-h':
      case '--help':
        io.stdout.write(
          `${USAGE}\n\nThe Kafka storage tool.\n\npositional arguments:\n  {info,format,random-uuid}\n    info                 Get information about the Kafka log directories on this node.\n    format               Format the Kafka log directories on this node.\n    random-uuid          Print a random UUID.\n`,
        );
        return 0;
      case undefined:
        throw new ToolError(`${USAGE}\n${PROGRAM}: error: too few arguments`);
      default:
        throw new ToolError(
          `${USAGE}\n${PROGRAM}: error: invalid choice: '${command}' (choose from 'info', 'format', 'random-uuid')`,
        );
    }
  } finally {
    await platform.close();
  }
};

interface NodeFile {
  readonly directories: readonly string[];
  readonly nodeId: string;
  readonly usesZooKeeper: boolean;
}

async function format(platform: Platform, args: ParsedArguments, io: ToolIo): Promise<number> {
  const node = await readNodeFile(platform, args.value('config') ?? '');
  if (node.usesZooKeeper) {
    throw new ToolError(
      'The kafka configuration file appears to be for a legacy cluster. Formatting is only supported for clusters in KRaft mode.',
    );
  }
  if (args.has('initial-controllers'))
    throw new ToolError('A quorum of several controllers is not served: format with --standalone.');
  const clusterId = args.value('cluster-id') ?? '';
  if (!isUuid(clusterId)) throw new ToolError(`Cluster ID string ${clusterId} does not appear to be a valid UUID.`);
  const formatted: string[] = [];
  for (const directory of node.directories)
    if (await platform.disk.stat(`${directory}/${META_PROPERTIES}`)) formatted.push(directory);
  if (formatted.length > 0 && !args.has('ignore-formatted')) {
    throw new ToolError(
      `Log directory ${formatted[0]} is already formatted. Use --ignore-formatted to ignore this directory and format the others.`,
    );
  }
  const fresh = node.directories.filter((directory) => !formatted.includes(directory));
  if (fresh.length === 0) io.stdout.write('All of the log directories are already formatted.\n');
  const kind = args.has('standalone') ? 'dynamic metadata voter directory' : 'metadata directory';
  for (const directory of fresh) {
    io.stdout.write(
      `Formatting ${kind} ${directory} with metadata.version ${args.value('release-version') ?? RELEASE}.\n`,
    );
    await platform.disk.makeDirectory(directory);
    const entries: [string, string][] = [
      ['cluster.id', clusterId],
      ['directory.id', randomUuid(platform.crypto)],
      ['node.id', node.nodeId],
      ['version', '1'],
    ];
    await platform.disk.replaceFile(
      `${directory}/${META_PROPERTIES}`,
      writeProperties(entries, ['', new Date(platform.clock.wallMs()).toUTCString()]),
    );
  }
  return 0;
}

async function info(platform: Platform, args: ParsedArguments, io: ToolIo): Promise<number> {
  const { directories } = await readNodeFile(platform, args.value('config') ?? '');
  const found: string[] = [];
  const problems: string[] = [];
  let metadata: string | undefined;
  for (const directory of [...directories].sort()) {
    const stat = await platform.disk.stat(directory);
    if (stat === undefined) problems.push(`${directory} does not exist`);
    else if (stat.kind !== 'directory') problems.push(`${directory} is not a directory`);
    else {
      found.push(directory);
      if ((await platform.disk.stat(`${directory}/${META_PROPERTIES}`)) === undefined)
        problems.push(`${directory} is not formatted.`);
      else metadata ??= await describe(platform, `${directory}/${META_PROPERTIES}`);
    }
  }
  if (directories.length === 0) problems.push('No directories specified.');
  if (found.length > 0)
    io.stdout.write(
      `Found log director${found.length === 1 ? 'y' : 'ies'}:\n${found.map((directory) => `  ${directory}\n`).join('')}\n`,
    );
  if (metadata !== undefined) io.stdout.write(`Found metadata: ${metadata}\n\n`);
  if (problems.length > 0)
    io.stdout.write(
      `Found problem${problems.length === 1 ? '' : 's'}:\n${problems.map((problem) => `  ${problem}\n`).join('')}\n`,
    );
  return problems.length === 0 ? 0 : 1;
}

async function describe(platform: Platform, path: string): Promise<string> {
  const entries = [...readProperties(await platform.disk.readFile(path))].sort(([left], [right]) =>
    left < right ? -1 : 1,
  );
  return `{${entries.map(([key, value]) => `${key}=${value}`).join(', ')}}`;
}

async function readNodeFile(platform: Platform, file: string): Promise<NodeFile> {
  const path = absolutePath(file);
  if ((await platform.disk.stat(path)) === undefined)
    throw new ToolError(`The configuration file ${file} does not exist.`);
  const properties = readProperties(await platform.disk.readFile(path));
  const directories = (properties.get('log.dirs') ?? properties.get('log.dir') ?? '/tmp/kafka-logs').split(',');
  return {
    directories: directories
      .map((directory) => directory.trim())
      .filter((directory) => directory !== '')
      .map(absolutePath),
    nodeId: properties.get('node.id') ?? properties.get('broker.id') ?? '0',
    usesZooKeeper: properties.has('zookeeper.connect') && !properties.has('process.roles'),
  };
}
