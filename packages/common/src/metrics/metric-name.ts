/**
 * Kafka's name of a metric, as its JMX ObjectName shows it:
 * `kafka.server:type=BrokerTopicMetrics,name=MessagesInPerSec,topic=x`.
 */
export interface MetricName {
  /** The domain: `kafka.server`, `kafka.network`, `kafka.log`... */
  readonly group: string;
  readonly type: string;
  /** Absent for the metrics of Kafka's own library, whose MBeans carry several attributes. */
  readonly name?: string;
  /** The attribute, for a metric of Kafka's own library. */
  readonly attribute?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** The MBean's text. Values with characters that JMX reserves are quoted, as ObjectName.quote does. */
export function mbeanName(name: MetricName): string {
  let text = `${name.group}:type=${sanitize(name.type)}`;
  if (name.name !== undefined) text += `,name=${sanitize(name.name)}`;
  for (const [key, value] of Object.entries(name.tags ?? {})) text += `,${key}=${sanitize(value)}`;
  return text;
}

/** Identity within a registry: the MBean and, where it has several, the attribute. */
export function metricKey(name: MetricName): string {
  const mbean = mbeanName(name);
  return name.attribute === undefined ? mbean : `${mbean}#${name.attribute}`;
}

function sanitize(value: string): string {
  if (/^[\w\-%. \t]*$/.test(value)) return value;
  return `"${value.replace(/[\\*?"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
