import { ErrorCode } from '@ottla/protocol';
import { KafkaError } from '../errors.ts';
import type { NodeTarget } from '../network/cluster.ts';
import { ALTER_CONFIGS, DESCRIBE_CONFIGS, INCREMENTAL_ALTER_CONFIGS, LIST_CONFIG_RESOURCES } from './apis.ts';
import { type Calls, type Outcomes, outcome, settled } from './calls.ts';

/** Kafka's ConfigResource.Type. */
const RESOURCE_TYPES = { topic: 2, broker: 4, 'broker-logger': 8, 'client-metrics': 16, group: 32 } as const;
export type ConfigResourceType = keyof typeof RESOURCE_TYPES;

/** A broker's name is its id; the empty one stands for the defaults of all. */
export interface ConfigResource {
  readonly type: ConfigResourceType;
  readonly name: string;
}

const SOURCES = [
  'unknown',
  'topic',
  'dynamic-broker',
  'dynamic-default-broker',
  'static-broker',
  'default',
  'dynamic-broker-logger',
  'client-metrics',
  'group',
] as const;
export type ConfigSource = (typeof SOURCES)[number];

const CONFIG_TYPES = [
  'unknown',
  'boolean',
  'string',
  'int',
  'short',
  'long',
  'double',
  'list',
  'class',
  'password',
] as const;

export interface ConfigEntry {
  readonly name: string;
  /** Null: sensitive, or not set. */
  readonly value: string | null;
  readonly source: ConfigSource;
  readonly isSensitive: boolean;
  readonly isReadOnly: boolean;
  readonly type: (typeof CONFIG_TYPES)[number];
  /** Where a value may come from, the first that is set counts; only when asked for. */
  readonly synonyms: readonly { readonly name: string; readonly value: string | null; readonly source: ConfigSource }[];
  readonly documentation: string | null;
}

export interface ConfigChange {
  readonly name: string;
  /** `append` and `subtract` are for lists. Default: `set`, or `delete` without a value. */
  readonly op?: 'set' | 'delete' | 'append' | 'subtract' | undefined;
  readonly value?: string | number | boolean | null | undefined;
}

const OPS = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

/** `topic orders`: how a resource is named in results and errors. */
export function resourceName({ type, name }: ConfigResource): string {
  return `${type} ${name}`;
}

export async function describeConfigs(
  calls: Calls,
  resources: readonly (ConfigResource & { readonly keys?: readonly string[] | undefined })[],
  options: { readonly synonyms?: boolean | undefined; readonly documentation?: boolean | undefined },
): Promise<Map<string, ConfigEntry[]>> {
  const outcomes: Outcomes<ConfigEntry[]> = new Map();
  for (const [node, list] of byNode(resources)) {
    const answer = await calls.ask(DESCRIBE_CONFIGS, node, (version) => ({
      resources: list.map(({ type, name, keys }) => ({
        resourceType: RESOURCE_TYPES[type],
        resourceName: name,
        configurationKeys: keys ?? null,
      })),
      ...(version >= 1 ? { includeSynonyms: options.synonyms ?? false } : {}),
      ...(version >= 3 ? { includeDocumentation: options.documentation ?? false } : {}),
    }));
    for (const { errorCode, errorMessage, resourceType, resourceName: name, configs } of answer.results) {
      const resource = { type: typeOf(resourceType), name };
      const topic = resource.type === 'topic' ? name : undefined;
      outcomes.set(
        resourceName(resource),
        outcome(errorCode, errorMessage, { topic }, () =>
          configs.map((entry) => ({
            name: entry.name,
            value: entry.value,
            source: entry.configSource < 0 && entry.isDefault ? 'default' : sourceOf(entry.configSource),
            isSensitive: entry.isSensitive,
            isReadOnly: entry.readOnly,
            type: CONFIG_TYPES[entry.configType] ?? 'unknown',
            synonyms: entry.synonyms.map((synonym) => ({ ...synonym, source: sourceOf(synonym.source) })),
            documentation: entry.documentation,
          })),
        ),
      );
    }
  }
  return settled(outcomes);
}

/** Changes what is named and leaves the rest (KIP-339; Kafka 2.3 or newer). */
export async function incrementalAlterConfigs(
  calls: Calls,
  changes: readonly (ConfigResource & { readonly changes: readonly ConfigChange[] })[],
  validateOnly: boolean,
): Promise<void> {
  const outcomes: Outcomes<true> = new Map();
  for (const [node, list] of byNode(changes, 'controller')) {
    const answer = await calls.ask(
      INCREMENTAL_ALTER_CONFIGS,
      node,
      {
        resources: list.map(({ type, name, changes: configs }) => ({
          resourceType: RESOURCE_TYPES[type],
          resourceName: name,
          configs: configs.map(({ name: key, value = null, op = value === null ? 'delete' : 'set' }) => ({
            name: key,
            configOperation: OPS[op],
            value: value === null ? null : String(value),
          })),
        })),
        validateOnly,
      },
      (res) => checkController(res.responses),
    );
    altered(answer.responses, outcomes);
  }
  settled(outcomes);
}

/** Replaces all configs of a resource; what is not named goes back to its default. Java deprecates it. */
export async function alterConfigs(
  calls: Calls,
  resources: readonly (ConfigResource & { readonly configs: Readonly<Record<string, string | null>> })[],
  validateOnly: boolean,
): Promise<void> {
  const outcomes: Outcomes<true> = new Map();
  for (const [node, list] of byNode(resources, 'controller')) {
    const answer = await calls.ask(
      ALTER_CONFIGS,
      node,
      {
        resources: list.map(({ type, name, configs }) => ({
          resourceType: RESOURCE_TYPES[type],
          resourceName: name,
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        })),
        validateOnly,
      },
      (res) => checkController(res.responses),
    );
    altered(answer.responses, outcomes);
  }
  settled(outcomes);
}

/** What has configs of its own (KIP-1142): client metrics, and from Kafka 4.1 on the other types. */
export async function listConfigResources(
  calls: Calls,
  types: readonly ConfigResourceType[],
): Promise<ConfigResource[]> {
  const answer = await calls.ask(
    LIST_CONFIG_RESOURCES,
    'any',
    (version) => (version >= 1 ? { resourceTypes: types.map((type) => RESOURCE_TYPES[type]) } : {}),
    ({ errorCode }) => {
      if (errorCode !== ErrorCode.NONE) throw KafkaError.ofCode(errorCode, null);
    },
  );
  return answer.configResources.map(({ resourceName: name, resourceType }) => ({ type: typeOf(resourceType), name }));
}

interface AlterAnswer {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly resourceType: number;
  readonly resourceName: string;
}

function altered(answers: readonly AlterAnswer[], outcomes: Outcomes<true>): void {
  for (const { errorCode, errorMessage, resourceType, resourceName: name } of answers) {
    const type = typeOf(resourceType);
    const topic = type === 'topic' ? name : undefined;
    outcomes.set(
      resourceName({ type, name }),
      outcome(errorCode, errorMessage, { topic }, () => true),
    );
  }
}

function checkController(answers: readonly AlterAnswer[]): void {
  if (answers.some(({ errorCode }) => errorCode === ErrorCode.NOT_CONTROLLER))
    throw KafkaError.ofCode(ErrorCode.NOT_CONTROLLER, null);
}

/** A broker answers for its own configs; anybody for the rest. */
function byNode<R extends ConfigResource>(resources: readonly R[], other: NodeTarget = 'any'): Map<NodeTarget, R[]> {
  const nodes = new Map<NodeTarget, R[]>();
  for (const resource of resources) {
    const isOwn = (resource.type === 'broker' || resource.type === 'broker-logger') && resource.name !== '';
    const node = isOwn ? Number(resource.name) : other;
    const list = nodes.get(node);
    if (list === undefined) nodes.set(node, [resource]);
    else list.push(resource);
  }
  return nodes;
}

function typeOf(code: number): ConfigResourceType {
  for (const type of ['topic', 'broker', 'broker-logger', 'client-metrics', 'group'] as const)
    if (RESOURCE_TYPES[type] === code) return type;
  throw new KafkaError('MALFORMED_RESPONSE', `There is no config resource of type ${code}`);
}

function sourceOf(code: number): ConfigSource {
  return SOURCES[code] ?? 'unknown';
}
