/**
 * `meta.properties` of each log directory: which broker of which cluster it belongs to. Version 0 as ZooKeeper's brokers
 * write it (broker.id), version 1 as KRaft's and `kafka-storage.sh format` do (node.id); a version 1 file is kept as it is.
 */
import { ConfigException, randomUuid, readProperties, writeProperties } from '@ottla/common';
import { DiskError, type Platform } from '@ottla/platform';
import { javaDate } from './java-date.ts';

const META_PROPERTIES = 'meta.properties';

export interface MetaProperties {
  readonly clusterId: string | undefined;
  readonly brokerId: number | undefined;
  /** The file that says so, for messages. */
  readonly path: string;
}

/** What the directories agree on. Throws ConfigException when they don't. */
export async function readMetaProperties(platform: Platform, directories: readonly string[]): Promise<MetaProperties> {
  let clusterId: string | undefined;
  let brokerId: number | undefined;
  for (const directory of directories) {
    const stored = await readOne(platform, directory);
    if (stored === undefined) continue;
    if (clusterId !== undefined && stored.clusterId !== undefined && stored.clusterId !== clusterId) {
      throw new ConfigException(
        `The directories ${directories.join(', ')} belong to two clusters: ${META_PROPERTIES} says ${clusterId} in one and ${stored.clusterId} in ${directory}. Configure the directories of one cluster.`,
      );
    }
    if (brokerId !== undefined && stored.brokerId !== undefined && stored.brokerId !== brokerId) {
      throw new ConfigException(
        `The directories ${directories.join(', ')} belong to two brokers: ${META_PROPERTIES} says ${brokerId} in one and ${stored.brokerId} in ${directory}. If you moved your data, make sure that all of one broker's directories are configured.`,
      );
    }
    clusterId ??= stored.clusterId;
    brokerId ??= stored.brokerId;
  }
  return { clusterId, brokerId, path: `${directories[0] ?? ''}/${META_PROPERTIES}` };
}

/** Writes the file where it is missing. */
export async function writeMetaProperties(
  platform: Platform,
  directories: readonly string[],
  clusterId: string,
  brokerId: number,
): Promise<void> {
  for (const directory of directories) {
    if ((await readOne(platform, directory)) !== undefined) continue;
    const entries: [string, string][] = [
      ['broker.id', String(brokerId)],
      ['cluster.id', clusterId],
      ['directory.id', randomUuid(platform.crypto)],
      ['version', '0'],
    ];
    const date = javaDate(platform.clock.wallMs());
    await platform.disk.replaceFile(`${directory}/${META_PROPERTIES}`, writeProperties(entries, ['', date]));
  }
}

async function readOne(platform: Platform, directory: string): Promise<MetaProperties | undefined> {
  let text: Buffer;
  try {
    text = await platform.disk.readFile(`${directory}/${META_PROPERTIES}`);
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const properties = readProperties(text);
  const version = properties.get('version') ?? '0';
  const path = `${directory}/${META_PROPERTIES}`;
  if (version !== '0' && version !== '1')
    throw new ConfigException(`${path} has version ${version}: 0 and 1 are known`);
  const id = properties.get(version === '1' ? 'node.id' : 'broker.id');
  if (id !== undefined && !/^[0-9]+$/.test(id)) throw new ConfigException(`${path} has '${id}' as the broker's id`);
  return { clusterId: properties.get('cluster.id'), brokerId: id === undefined ? undefined : Number(id), path };
}
