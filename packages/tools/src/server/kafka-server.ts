/** kafka-server-start.sh: one broker in this process, until SIGTERM or SIGINT. Kafka's class kafka.Kafka. */

import { type Broker, startBroker } from '@ottla/broker';
import { BrokerConfig, ConfigException, environmentProperties, readProperties } from '@ottla/common/config';
import { createNodePlatform, type NodePlatform } from '@ottla/platform/node';
import { type Tool, ToolError, type ToolIo } from '../cli/tool.ts';
import { VERSION_LINE } from '../cli/usage.ts';
import { writeMetricsOnSignal } from './metrics-file.ts';
import { absolutePath } from './paths.ts';
import { welcome } from './welcome.ts';

const USAGE = 'USAGE: java [options] kafka.Kafka server.properties [--override property=value]*';

/** How long what was left open may keep a stopped broker's process. */
const EXIT_GRACE_MS = 2_000;

interface ServerArguments {
  readonly file: string;
  readonly overrides: ReadonlyMap<string, string>;
  readonly adopt: boolean;
  /** JSON of topic configurations for the adoption of a directory that Kafka wrote. */
  readonly adoptConfigs: string | undefined;
}

export const kafkaServer: Tool = async (args, io) => {
  if (args.includes('--version')) {
    io.stdout.write(`${VERSION_LINE}\n`);
    return 0;
  }
  const parsed = parse(args);
  const platform = createNodePlatform({
    log: {
      format: process.env.OTTLA_LOG_FORMAT === 'json' ? 'json' : 'text',
      ...(process.env.LOG_DIR === undefined ? {} : { file: { directory: absolutePath(process.env.LOG_DIR) } }),
    },
    sendsFromFiles: process.env.OTTLA_SENDFILE !== '0',
  });
  try {
    return await run(platform, parsed, io);
  } finally {
    await platform.close();
  }
};

async function run(platform: NodePlatform, parsed: ServerArguments, io: ToolIo): Promise<number> {
  let broker: Broker;
  try {
    const config = await configure(platform, parsed);
    broker = await startBroker(platform, config, {
      adopt: parsed.adopt,
      adoptConfigs: await adoptConfigs(platform, parsed.adoptConfigs),
    });
  } catch (error) {
    // As Java prints it, without the trace: the mistake is the user's.
    if (error instanceof ConfigException)
      platform.log.write(
        'ERROR',
        'kafka.Kafka$',
        'Exiting Kafka due to fatal exception',
        `${error.javaClass}: ${error.message}`,
      );
    else platform.log.write('ERROR', 'kafka.Kafka$', 'Exiting Kafka due to fatal exception during startup.', error);
    return 1;
  }
  if (process.env.OTTLA_WELCOME === '1') io.stdout.write(welcome(broker));
  const stopMetrics = writeMetricsOnSignal(
    broker,
    absolutePath(`${process.env.LOG_DIR ?? '.'}/metrics.prom`),
    platform.log,
  );
  await stopped(io.signal, broker);
  await broker.shutdown();
  stopMetrics();
  // The process ends by itself when nothing is left open; should something be, it must end all the same.
  setTimeout(() => process.exit(0), EXIT_GRACE_MS).unref();
  return 0;
}

async function configure(platform: NodePlatform, { file, overrides }: ServerArguments): Promise<BrokerConfig> {
  const path = absolutePath(file);
  if ((await platform.disk.stat(path)) === undefined) throw new ConfigException(`The file ${file} does not exist`);
  return BrokerConfig.parse({
    file: readProperties(await platform.disk.readFile(path)),
    environment: process.env.OTTLA_ENV_CONFIG === '1' ? environmentProperties(process.env) : new Map<string, string>(),
    overrides,
  });
}

/** `{ "topic": { "name": "value" } }`. */
async function adoptConfigs(
  platform: NodePlatform,
  file: string | undefined,
): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  if (file === undefined) return new Map();
  let parsed: unknown;
  try {
    parsed = JSON.parse((await platform.disk.readFile(absolutePath(file))).toString('utf8'));
  } catch (error) {
    throw new ConfigException(
      `--adopt-configs ${file} can't be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (typeof parsed !== 'object' || parsed === null)
    throw new ConfigException(`--adopt-configs ${file} must hold an object of topics`);
  return new Map(
    Object.entries(parsed).map(([topic, configs]) => [
      topic,
      new Map(Object.entries(Object(configs)).map(([name, value]) => [name, String(value)])),
    ]),
  );
}

function stopped(signal: AbortSignal, broker: Broker): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    void broker.closed.then(() => resolve());
  });
}

function parse(args: readonly string[]): ServerArguments {
  const [file, ...rest] = args;
  if (file === undefined || file === '--help' || rest.includes('--help')) throw new ToolError(USAGE);
  const overrides = new Map<string, string>();
  const stray: string[] = [];
  let adopt = false;
  let configs: string | undefined;
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? '';
    const [name, inline] = splitOnce(word);
    const take = (): string => inline ?? rest[++at] ?? '';
    if (name === '--override') {
      const [key, value] = splitOnce(take());
      if (value === undefined) throw new ToolError(`Invalid command line properties: '${key}'`);
      overrides.set(key.trim(), value.trim());
    } else if (name === '--adopt') adopt = true;
    else if (name === '--adopt-configs') configs = take();
    else stray.push(word);
  }
  if (stray.length > 0) throw new ToolError(`Found non argument parameters: ${stray.join(',')}\n${USAGE}`);
  return { file, overrides, adopt, adoptConfigs: configs };
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
