import type { ConfigEntry, DynamicBrokerConfig } from '@ottla/common';
import { ConfigException, TopicConfigs } from '@ottla/common';
import type { Coordination } from '@ottla/coordination';
import type { Clock, Logger } from '@ottla/platform';
import type { ApiError } from '../controller/api-error.ts';
import type { MetadataCache } from '../metadata/metadata-cache.ts';
import { alterQuotas, type QuotaAlteration } from '../quota/alter-quotas.task.ts';
import { QuotaConfigs } from '../quota/quota-configs.ts';
import type { ConfigChange, ConfigOperation } from './alter-configs.task.ts';
import { alterConfigs, incrementalAlterConfigs } from './alter-configs.task.ts';
import { ConfigChanges } from './config-changes.task.ts';
import type { ConfigResource } from './config-resource.ts';
import { describeConfigs } from './describe-configs.ts';
import { listConfigNames, loadBrokerConfigs, loadTopicConfigs } from './load-configs.task.ts';

export interface ConfigAdminDeps {
  readonly brokerId: number;
  readonly coordination: Coordination;
  /** Live properties of this broker; this class gives it what is stored. */
  readonly config: DynamicBrokerConfig;
  readonly metadata: MetadataCache;
  readonly clock: Clock;
  readonly logger: Logger;
}

export type DescribedConfigs = ApiError & { readonly entries: readonly ConfigEntry[] };

/** Properties of topics and brokers as they are stored, applied and changed (ConfigAdminManager, ZkConfigManager). */
export class ConfigAdmin {
  readonly deps: ConfigAdminDeps;
  /** Live properties of every topic this broker has heard of. */
  readonly topics: TopicConfigs;
  /** Quotas of users, clients and addresses. */
  readonly quotas: QuotaConfigs;
  readonly #changes: ConfigChanges;
  readonly #loaded = new Set<string>();

  constructor(deps: ConfigAdminDeps) {
    this.deps = deps;
    this.topics = new TopicConfigs(deps.config);
    this.quotas = new QuotaConfigs(deps.coordination);
    this.#changes = new ConfigChanges(deps.coordination, deps.clock, deps.logger, (type, name) =>
      this.#changed(type, name),
    );
  }

  /** Reads everything that is stored and follows it from now on. To be done before logs are loaded. */
  start(): Promise<void> {
    return this.#changes
      .start()
      .then(() =>
        Promise.all([
          listConfigNames(this.deps.coordination, 'topics'),
          loadBrokerConfigs(this.deps),
          this.quotas.load(),
        ]),
      )
      .then(([names]) => this.#load(names));
  }

  stop(): void {
    this.topics.close();
  }

  /** Resolves when the topics' properties have been read: before their first log is made here. */
  ensureLoaded(topics: Iterable<string>): Promise<void> {
    const missing = [...topics].filter((topic) => !this.#loaded.has(topic));
    return missing.length === 0 ? Promise.resolve() : this.#load(missing);
  }

  /** The topic was deleted. */
  forget(topic: string): void {
    this.#loaded.delete(topic);
    this.topics.remove(topic);
  }

  /** What is wrong with the complete overrides of a topic, in Kafka's words. */
  topicConfigProblem(overrides: ReadonlyMap<string, string>): string | undefined {
    try {
      this.topics.validate(overrides);
      return undefined;
    } catch (error) {
      if (error instanceof ConfigException) return error.message;
      throw error;
    }
  }

  /** `names` null or empty: all. */
  describe(resource: ConfigResource, names: readonly string[] | null): DescribedConfigs {
    return describeConfigs(this, resource, names);
  }

  /** Replaces all properties of each resource. Answers in the order given. */
  alter(changes: readonly ConfigChange[], validateOnly: boolean): Promise<ApiError[]> {
    return alterConfigs(this, changes, validateOnly);
  }

  incrementalAlter(
    changes: readonly (ConfigResource & { readonly operations: readonly ConfigOperation[] })[],
    validateOnly: boolean,
  ): Promise<ApiError[]> {
    return incrementalAlterConfigs(this, changes, validateOnly);
  }

  /** Sets and removes quotas; in force here once it resolves. Answers in the order given. */
  alterQuotas(alterations: readonly QuotaAlteration[], validateOnly: boolean): Promise<ApiError[]> {
    return alterQuotas(this.deps.coordination, alterations, validateOnly).then((results) =>
      this.applied().then(() => results),
    );
  }

  /** Resolves once what was written so far is in force here. */
  applied(): Promise<void> {
    return this.#changes.idle();
  }

  #load(topics: readonly string[]): Promise<void> {
    return loadTopicConfigs(this.deps, topics, (topic, overrides) => {
      this.#loaded.add(topic);
      if (overrides.size === 0 && this.topics.overrides(topic).size === 0) return;
      for (const problem of this.topics.setOverrides(topic, overrides)) this.deps.logger.warn(problem);
    });
  }

  #changed(type: string, name: string): Promise<void> {
    if (type === 'topics') return this.#load([name]);
    if (type === 'brokers') return loadBrokerConfigs(this.deps);
    if (type === 'users' || type === 'clients' || type === 'ips') return this.quotas.changed(`${type}/${name}`);
    return Promise.resolve();
  }
}
