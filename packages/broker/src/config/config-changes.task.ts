import type { Coordination, Watch } from '@ottla/coordination';
import { joinPath } from '@ottla/coordination';
import type { ConfigEntityType } from '@ottla/coordination/cluster';
import { decodeConfig, decodeConfigChange, encodeConfig, encodeConfigChange, paths } from '@ottla/coordination/cluster';
import type { Clock, Logger } from '@ottla/platform';

/** Notifications older than this are removed by whoever sees them, ms (ZkNodeChangeNotificationListener). */
const NOTIFICATION_AGE_MS_MAX = 15 * 60 * 1000;

export type ConfigHandler = (type: string, name: string) => Promise<void>;

/** Reads an entity's properties; undefined when the node cannot be read. A missing node is an empty config. */
export async function readConfig(
  coordination: Coordination,
  type: ConfigEntityType,
  name: string,
): Promise<Map<string, string> | undefined> {
  const node = await coordination.get(paths.configPath(type, name));
  if (node.ok) return decodeConfig(node.data);
  return node.code === 'NoNode' ? new Map() : undefined;
}

/** Writes an entity's properties and tells every broker to read them again. False when the store refuses. */
export async function writeConfig(
  coordination: Coordination,
  type: ConfigEntityType,
  name: string,
  properties: ReadonlyMap<string, string>,
): Promise<boolean> {
  const path = paths.configPath(type, name);
  const data = encodeConfig(properties);
  const change = {
    op: 'create',
    path: joinPath(paths.CONFIG_CHANGES, paths.CONFIG_CHANGE_PREFIX),
    data: encodeConfigChange(`${type}/${name}`),
    sequential: true,
  } as const;
  const set = await coordination.multi([{ op: 'set', path, data, version: -1 }, change]);
  if (set.ok) return true;
  if (set.code !== 'NoNode') return false;
  return (await coordination.multi([{ op: 'create', path, data }, change])).ok;
}

/** Follows `/config/changes`: for each notification, in order, the named entity is read again. */
export class ConfigChanges {
  readonly #coordination: Coordination;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #handle: ConfigHandler;
  #lastHandled = -1;
  #running: Promise<void> = Promise.resolve();

  constructor(coordination: Coordination, clock: Clock, logger: Logger, handle: ConfigHandler) {
    this.#coordination = coordination;
    this.#clock = clock;
    this.#logger = logger;
    this.#handle = handle;
  }

  /** Begins to watch. What is there already is taken as known: the caller reads all configs afterwards. */
  async start(): Promise<void> {
    const names = await this.#list();
    for (const name of names) this.#lastHandled = Math.max(this.#lastHandled, sequenceOf(name));
  }

  /** Resolves when every notification that was seen so far has been handled. */
  idle(): Promise<void> {
    return this.#running;
  }

  readonly #watch: Watch = () => {
    this.#running = this.#running.then(() => this.#process());
  };

  async #process(): Promise<void> {
    const names = await this.#list();
    for (const name of names) {
      const sequence = sequenceOf(name);
      if (sequence <= this.#lastHandled) continue;
      this.#lastHandled = sequence;
      const node = await this.#coordination.get(joinPath(paths.CONFIG_CHANGES, name));
      const entity = node.ok ? decodeConfigChange(node.data) : undefined;
      if (entity === undefined) continue;
      const slash = entity.indexOf('/');
      try {
        await this.#handle(entity.slice(0, slash), entity.slice(slash + 1));
      } catch (error) {
        this.#logger.error(`Error processing config change of ${entity}`, error);
      }
    }
    await this.#purge(names);
  }

  async #list(): Promise<string[]> {
    const listed = await this.#coordination.children(paths.CONFIG_CHANGES, this.#watch);
    return listed.ok ? listed.names.sort() : [];
  }

  async #purge(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const path = joinPath(paths.CONFIG_CHANGES, name);
      const node = await this.#coordination.exists(path);
      if (!node.ok || node.stat === null) continue;
      // The oldest come first.
      if (this.#clock.wallMs() - node.stat.ctimeMs <= NOTIFICATION_AGE_MS_MAX) return;
      await this.#coordination.delete(path, -1);
    }
  }
}

function sequenceOf(name: string): number {
  return Number(name.slice(-10));
}
