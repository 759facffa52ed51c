import { parseBootstrap } from './bootstrap.ts';
import { Cluster } from './cluster.ts';
import { toolPlatform } from './platform.ts';

/** Runs `work` against the cluster behind `bootstrap` and leaves nothing open behind it. */
export async function withCluster<T>(
  bootstrap: string,
  clientId: string,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const addresses = parseBootstrap(bootstrap);
  const platform = toolPlatform();
  const cluster = new Cluster(platform, addresses, clientId);
  try {
    return await work(cluster);
  } finally {
    cluster.close();
    await platform.close();
  }
}
