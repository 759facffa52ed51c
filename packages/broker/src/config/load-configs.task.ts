import type { Coordination } from '@ottla/coordination';
import type { ConfigEntityType } from '@ottla/coordination/cluster';
import { paths } from '@ottla/coordination/cluster';
import type { ConfigAdminDeps } from './config-admin.ts';
import { readConfig } from './config-changes.task.ts';

/** Names of the entities of a type that have properties of their own. */
export async function listConfigNames(coordination: Coordination, type: ConfigEntityType): Promise<string[]> {
  const listed = await coordination.children(paths.configTypePath(type));
  return listed.ok ? listed.names : [];
}

/** Gives the broker's live config what is stored for all brokers and for this one. */
export async function loadBrokerConfigs({ coordination, brokerId, config, logger }: ConfigAdminDeps): Promise<void> {
  const [defaults, own] = await Promise.all([
    readConfig(coordination, 'brokers', paths.DEFAULT_ENTITY),
    readConfig(coordination, 'brokers', String(brokerId)),
  ]);
  const problems: string[] = [];
  if (defaults !== undefined && !isSame(defaults, config.defaults)) problems.push(...config.setDefaults(defaults));
  if (own !== undefined && !isSame(own, config.own)) problems.push(...config.setOwn(own));
  for (const problem of problems) logger.warn(problem);
}

export async function loadTopicConfigs(
  { coordination, logger }: ConfigAdminDeps,
  topics: readonly string[],
  apply: (topic: string, overrides: ReadonlyMap<string, string>) => void,
): Promise<void> {
  await Promise.all(
    topics.map(async (topic) => {
      const overrides = await readConfig(coordination, 'topics', topic);
      if (overrides === undefined) {
        logger.error(`The properties of topic ${topic} can't be read; the defaults hold`);
        return;
      }
      apply(topic, overrides);
    }),
  );
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) if (b.get(name) !== value) return false;
  return true;
}
