import { ConfigException, require } from './config-exception.ts';
import type { ConfigReader } from './config-reader.ts';

/** Where a broker keeps its cluster's metadata. */
export type BrokerMode =
  /** In its own tree. `isKRaftFile`: the file asked for KRaft with this node as only voter. */
  | { readonly kind: 'embedded'; readonly isKRaftFile: boolean }
  /** In a ZooKeeper ensemble; `connect` as in the file, chroot included. */
  | { readonly kind: 'zookeeper'; readonly connect: string };

/**
 * The mode that the properties ask for. Throws ConfigException: Kafka's text for what Kafka refuses too, ours for a KRaft
 * cluster of several nodes, which Ottla does not have.
 */
export function brokerMode(config: ConfigReader): BrokerMode {
  const roles = config.list('process.roles');
  const voters = quorumVoters(config.list('controller.quorum.voters'));
  const bootstrap = bootstrapServers(config.list('controller.quorum.bootstrap.servers'));
  const connect = (config.nullableString('zookeeper.connect') ?? '').trim();
  if (new Set(roles).size !== roles.length) {
    throw new ConfigException(`Duplicate role names found in \`process.roles\`: ArrayBuffer(${roles.join(', ')})`);
  }
  if (config.boolean('zookeeper.metadata.migration.enable')) {
    throw refused('zookeeper.metadata.migration.enable=true', 'Ottla has no KRaft quorum to migrate to; remove it');
  }
  if (roles.length === 0) {
    return connect === '' ? { kind: 'embedded', isKRaftFile: false } : { kind: 'zookeeper', connect };
  }
  if (connect !== '') {
    throw refused('process.roles beside zookeeper.connect', 'they ask for two different modes; remove one of them');
  }
  checkKRaft(config, roles, voters, bootstrap);
  return { kind: 'embedded', isKRaftFile: true };
}

function checkKRaft(
  config: ConfigReader,
  roles: readonly string[],
  voters: ReadonlySet<number>,
  bootstrap: readonly string[],
): void {
  const nodeId = config.int('node.id');
  if (nodeId < 0) {
    throw new ConfigException(
      'Missing configuration `node.id` which is required when `process.roles` is defined (i.e. when running in KRaft mode).',
    );
  }
  if (voters.size === 0 && bootstrap.length === 0) {
    throw new ConfigException(
      'If using process.roles, either controller.quorum.bootstrap.servers must contain the set of bootstrap controllers or controller.quorum.voters must contain a parseable set of controllers.',
    );
  }
  const advice = 'use process.roles=broker,controller with this node as the only controller, or zookeeper.connect';
  if (roles.length < 2) {
    throw refused(
      `process.roles=${roles.join(',')}`,
      `a KRaft cluster of several processes is not supported; ${advice}`,
    );
  }
  require(voters.size === 0 ||
    voters.has(
      nodeId,
    ), `If process.roles contains the 'controller' role, the node id ${nodeId} must be included in the set of voters controller.quorum.voters=Set(${[...voters].join(', ')})`);
  const [property, controllers] =
    voters.size === 0
      ? ['controller.quorum.bootstrap.servers', bootstrap.length]
      : ['controller.quorum.voters', voters.size];
  if (controllers > 1) {
    throw refused(`${property} with ${controllers} controllers`, `a KRaft quorum is not supported; ${advice}`);
  }
  require(config.nullableString('control.plane.listener.name') ===
    null, 'control.plane.listener.name is not supported in KRaft mode.');
}

function refused(what: string, reason: string): ConfigException {
  return new ConfigException(`Ottla cannot run with ${what}: ${reason}.`);
}

/** QuorumConfig.parseVoterConnections: `id@host:port` items; the ids. */
function quorumVoters(entries: readonly string[]): Set<number> {
  const form = 'Each entry should be in the form `{id}@{host}:{port}`.';
  const name = 'controller.quorum.voters';
  const ids = new Set<number>();
  for (const entry of entries) {
    const [id = '', address, ...more] = entry.split('@');
    if (address === undefined || more.length > 0) {
      throw new ConfigException(`Invalid configuration value for ${name}. ${form}`);
    }
    if (!/^[+-]?[0-9]+$/.test(id)) throw new ConfigException(`Failed to parse voter ID as an integer from ${id}`);
    if (!isHostPort(address)) {
      throw new ConfigException(`Failed to parse host name from entry ${entry} for the configuration ${name}. ${form}`);
    }
    ids.add(Number(id));
  }
  return ids;
}

function bootstrapServers(entries: readonly string[]): readonly string[] {
  for (const entry of entries) {
    if (!isHostPort(entry)) {
      throw new ConfigException(
        `Failed to parse host name from ${entry} for the configuration controller.quorum.bootstrap.servers. Each entry should be in the form "{host}:{port}"`,
      );
    }
  }
  return entries;
}

function isHostPort(text: string): boolean {
  return /^(?:[a-zA-Z][a-zA-Z0-9]*:\/\/)?\[?[0-9a-zA-Z\-%._:]*\]?:[0-9]+$/.test(text);
}
