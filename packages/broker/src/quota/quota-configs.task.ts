import { type Coordination, joinPath } from '@ottla/coordination';
import { decodeConfig, paths } from '@ottla/coordination/cluster';

/** All entities that may have quotas, as paths below `/config`. */
export async function quotaPaths(coordination: Coordination): Promise<string[]> {
  const found: string[] = [];
  const list = async (path: string): Promise<string[]> => {
    const listed = await coordination.children(joinPath(paths.CONFIG, path));
    return listed.ok ? listed.names.map((name) => `${path}/${name}`) : [];
  };
  const users = await list('users');
  found.push(...users, ...(await list('clients')), ...(await list('ips')));
  for (const user of users) found.push(...(await list(`${user}/clients`)));
  return found;
}

/** Properties of an entity; undefined when they cannot be read. None when it is gone. */
export async function loadQuota(coordination: Coordination, path: string): Promise<Map<string, string> | undefined> {
  const node = await coordination.get(joinPath(paths.CONFIG, path));
  if (node.ok) return decodeConfig(node.data);
  return node.code === 'NoNode' ? new Map() : undefined;
}
