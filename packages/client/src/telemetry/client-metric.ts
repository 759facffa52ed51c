import type { Samples } from './samples.ts';

/** One of Kafka's client metrics, as Java's `metrics()` names them. */
export interface ClientMetric {
  /** E.g. `producer-metrics`. */
  readonly group: string;
  /** E.g. `record-send-rate`. */
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** NaN: nothing was measured. */
  readonly value: number;
  /** Only grows. */
  readonly isTotal: boolean;
}

export type Values = Readonly<Record<string, number>>;

/** `values` by name; those that end in `-total` only grow. */
export function metricsOf(group: string, tags: Readonly<Record<string, string>>, values: Values): ClientMetric[] {
  return Object.entries(values).map(([name, value]) => ({
    group,
    name,
    tags,
    value,
    isTotal: name.endsWith('-total'),
  }));
}

/** `NAME-rate` and `NAME-total` of what was recorded. */
export function flow(name: string, samples: Samples): Values {
  return { [`${name}-rate`]: samples.rate, [`${name}-total`]: samples.totalSum };
}

/** The same of how often something was recorded. */
export function events(name: string, samples: Samples): Values {
  return { [`${name}-rate`]: samples.frequency, [`${name}-total`]: samples.totalCount };
}

export function average(name: string, samples: Samples): Values {
  return { [`${name}-avg`]: samples.avg, [`${name}-max`]: samples.max };
}
