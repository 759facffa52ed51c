import type { ConfigValue } from '@ottla/common';
import { ConfigException, TOPIC_CONFIG_DEF } from '@ottla/common';

/**
 * Checks topic overrides as Kafka's LogConfig.validate: unknown names, values out of range, contradictions.
 * Returns Kafka's text of the first fault, undefined when all is well. `defaults` gives the values of what is not overridden.
 */
export function topicConfigProblem(
  overrides: ReadonlyMap<string, string>,
  defaults: (name: string) => ConfigValue,
): string | undefined {
  for (const name of overrides.keys()) {
    if (!TOPIC_CONFIG_DEF.has(name)) return `Unknown topic config name: ${name}`;
  }
  try {
    const values = TOPIC_CONFIG_DEF.parse(overrides);
    const number = (name: string): number => {
      const value = overrides.has(name) ? values.get(name) : defaults(name);
      return Number(value);
    };
    const minLag = number('min.compaction.lag.ms');
    const maxLag = number('max.compaction.lag.ms');
    if (minLag > maxLag) {
      return `conflict topic config setting min.compaction.lag.ms (${text(minLag)}) > max.compaction.lag.ms (${text(maxLag)})`;
    }
  } catch (error) {
    if (error instanceof ConfigException) return error.message;
    throw error;
  }
  return undefined;
}

function text(value: number): string {
  return String(value);
}
