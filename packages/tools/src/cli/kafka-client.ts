/** The client that a tool works with: made from its options and its file of properties, as Java's tools make theirs. */
import { lookup } from 'node:dns/promises';
import { createKafka, fromProperties, type Kafka, KafkaError, type KafkaOptions } from '@ottla/client';
import { readProperties } from '@ottla/common/config';
import { Logger, type Platform } from '@ottla/platform';
import { createNodePlatform, NodeDisk, type NodePlatform } from '@ottla/platform/node';
import { absolutePath } from '../server/paths.ts';
import { type ClientKind, CONFIG_EXCEPTION, checkedProperties, notMade } from './client-config.ts';
import { JavaError } from './java-error.ts';
import { ToolError, type ToolIo } from './tool.ts';

export interface ClientSettings {
  /** `--bootstrap-server`, or `--broker-list`. */
  readonly bootstrap: string;
  /** `--command-config` and its like: the path of a file of Java properties. */
  readonly configFile?: string | undefined;
  /** Of the command line; they win over the file's. */
  readonly properties?: ReadonlyMap<string, string> | undefined;
  /** As Java numbers its clients. Default `adminclient-1`; a `client.id` of the properties wins. */
  readonly clientId?: string | undefined;
  /** The tool watches the signal itself, and has something to finish when it is aborted. */
  readonly endsItself?: boolean | undefined;
  /** What the log calls the client. Default AdminClient. */
  readonly kind?: ClientKind | undefined;
}

/** The world of a tool: warnings and errors go to standard error, as log4j's tools configuration has it. */
export function toolPlatform(): NodePlatform {
  return createNodePlatform({ log: { rootLevel: 'WARN', console: 'stderr' } });
}

/** Runs `work` with a client and leaves nothing open behind it. An interrupted tool ends with what its calls reject with. */
export async function withKafka<T>(
  settings: ClientSettings,
  io: Pick<ToolIo, 'signal'>,
  work: (kafka: Kafka, properties: ReadonlyMap<string, string>) => Promise<T>,
): Promise<T> {
  const platform = toolPlatform();
  try {
    const properties = await clientProperties(platform, settings);
    const kafka = await make(platform, settings, properties);
    const stop = (): void => void kafka.close();
    if (settings.endsItself !== true) io.signal.addEventListener('abort', stop, { once: true });
    try {
      return await work(kafka, properties);
    } catch (error) {
      if (io.signal.aborted && io.signal.reason !== 'EPIPE') throw new ToolError('Interrupted', 130);
      throw error;
    } finally {
      io.signal.removeEventListener('abort', stop);
      await kafka.close();
    }
  } finally {
    await platform.close();
  }
}

async function make(
  platform: Platform,
  settings: ClientSettings,
  properties: ReadonlyMap<string, string>,
): Promise<Kafka> {
  try {
    const options = kafkaOptions(settings, properties);
    await checkAddresses(platform, settings.bootstrap);
    return createKafka({ ...options, platform });
  } catch (error) {
    throw error instanceof JavaError ? notMade(settings.kind ?? 'AdminClient', error) : error;
  }
}

/** The file's properties, with those of the command line on top. */
async function clientProperties(platform: Platform, settings: ClientSettings): Promise<Map<string, string>> {
  const { configFile } = settings;
  const given = configFile === undefined ? new Map() : await propertiesFile(platform, configFile);
  for (const [name, value] of settings.properties ?? []) given.set(name, value);
  const properties = checkedProperties(settings.kind ?? 'AdminClient', given);
  properties.set('bootstrap.servers', settings.bootstrap);
  for (const store of ['ssl.truststore', 'ssl.keystore']) await inlineStore(platform, properties, store);
  return properties;
}

/** Those of a file that the command line names, if it does. Rejects as `propertiesFile` does. */
export async function fileProperties(file: string | undefined): Promise<Map<string, string>> {
  return file === undefined ? new Map() : await propertiesFile({ disk: new NodeDisk() }, file);
}

/** Rejects as Java's `Utils.loadProps` does when there is no such file. */
export async function propertiesFile(platform: Pick<Platform, 'disk'>, file: string): Promise<Map<string, string>> {
  const text = await readText(platform, file);
  if (text !== undefined) return new Map(readProperties(text));
  const isThere = (await platform.disk.stat(absolutePath(file))) !== undefined;
  throw isThere
    ? new JavaError('java.io.IOException', 'Is a directory')
    : new JavaError('java.nio.file.NoSuchFileException', file);
}

/** Undefined: there is no such file. */
export async function readText(platform: Pick<Platform, 'disk'>, file: string): Promise<string | undefined> {
  const path = absolutePath(file);
  const stat = await platform.disk.stat(path);
  return stat?.kind === 'file' ? (await platform.disk.readFile(path)).toString() : undefined;
}

/** A store that is a PEM file becomes what the client reads: its text. */
async function inlineStore(platform: Platform, properties: Map<string, string>, store: string): Promise<void> {
  const location = properties.get(`${store}.location`);
  if (location === undefined || !(properties.get('security.protocol') ?? '').toUpperCase().includes('SSL')) return;
  const type = properties.get(`${store}.type`) ?? 'JKS';
  if (type.toUpperCase() !== 'PEM') {
    throw new JavaError(
      CONFIG_EXCEPTION,
      `${store}.type: ${type} is not read here; convert ${location} to PEM (keytool, openssl) and set ${store}.type=PEM`,
    );
  }
  const text = await readText(platform, location);
  if (text === undefined)
    throw new JavaError(
      'org.apache.kafka.common.errors.InvalidConfigurationException',
      `Failed to load PEM SSL keystore ${location}`,
    );
  properties.delete(`${store}.location`);
  if (store === 'ssl.truststore') properties.set(`${store}.certificates`, text);
  else {
    properties.set(`${store}.certificate.chain`, text);
    properties.set(`${store}.key`, text);
  }
}

function kafkaOptions(settings: ClientSettings, properties: ReadonlyMap<string, string>): KafkaOptions {
  try {
    const { kafka } = fromProperties(properties);
    const clientId = kafka.clientId || (settings.clientId ?? 'adminclient-1');
    return { ...kafka, clientId, logPrefix: `[${settings.kind ?? 'AdminClient'} clientId=${clientId}] ` };
  } catch (error) {
    if (error instanceof KafkaError) throw new JavaError(CONFIG_EXCEPTION, error.message);
    throw error;
  }
}

const ADDRESS = /^(?:[A-Za-z0-9+.-]+:\/\/)?(?:\[([0-9a-fA-F:.%]+)\]|([A-Za-z0-9_.%-]+)):(\d+)$/;

/** Java's `ClientUtils.parseAndValidateAddresses`: a name that cannot be resolved is told, and none at all is an error. */
async function checkAddresses(platform: Platform, bootstrap: string): Promise<void> {
  const log = new Logger(platform.log, 'org.apache.kafka.clients.ClientUtils');
  let known = 0;
  for (const url of bootstrap.split(',').map((part) => part.trim())) {
    if (url === '') continue;
    const match = ADDRESS.exec(url);
    const host = match?.[1] ?? match?.[2];
    if (host === undefined) throw new JavaError(CONFIG_EXCEPTION, `Invalid url in bootstrap.servers: ${url}`);
    if (Number(match?.[3]) > 65_535) throw new JavaError(CONFIG_EXCEPTION, `Invalid port in bootstrap.servers: ${url}`);
    const found = await lookup(host).catch(() => undefined);
    if (found !== undefined) known++;
    else log.warn(`Couldn't resolve server ${url} from bootstrap.servers as DNS resolution failed for ${host}`);
  }
  if (known === 0) throw new JavaError(CONFIG_EXCEPTION, 'No resolvable bootstrap urls given in bootstrap.servers');
}
