import { BROKER_CONFIG_DEF, listenerPrefixed } from './definitions.ts';
import { isLegacyName } from './legacy-names.ts';

/** What start scripts and images read themselves; never properties. */
const SCRIPT_VARIABLES: ReadonlySet<string> = new Set([
  'KAFKA_CLASSPATH',
  'KAFKA_DEBUG',
  'KAFKA_GC_LOG_OPTS',
  'KAFKA_HEAP_OPTS',
  'KAFKA_HOME',
  'KAFKA_JMX_HOSTNAME',
  'KAFKA_JMX_OPTS',
  'KAFKA_JMX_PORT',
  'KAFKA_JVM_PERFORMANCE_OPTS',
  'KAFKA_LOG4J_LOGGERS',
  'KAFKA_LOG4J_OPTS',
  'KAFKA_LOG4J_ROOT_LOGLEVEL',
  'KAFKA_MODE',
  'KAFKA_OPTS',
  'KAFKA_TOOLS_LOG4J_LOGLEVEL',
  'KAFKA_VERSION',
]);

/**
 * Broker properties that the environment sets, when OTTLA_ENV_CONFIG is 1 (else none): `KAFKA_CFG_LOG_RETENTION_HOURS` or
 * `KAFKA_LOG_RETENTION_HOURS` is log.retention.hours, `__` stands for `_`, `___` for `-`. With both, KAFKA_CFG_ counts.
 * A plain KAFKA_ variable must name a property that exists: Kubernetes sets KAFKA_PORT and its like to other things.
 */
export function environmentProperties(environment: Readonly<Record<string, string | undefined>>): Map<string, string> {
  const properties = new Map<string, string>();
  if (environment.OTTLA_ENV_CONFIG !== '1') return properties;
  const names = Object.keys(environment).sort();
  for (const name of names) {
    if (!name.startsWith('KAFKA_') || name.startsWith('KAFKA_CFG_') || SCRIPT_VARIABLES.has(name)) continue;
    const property = propertyName(name.slice('KAFKA_'.length));
    const value = environment[name] ?? '';
    if (isProperty(property, value)) properties.set(property, value);
  }
  for (const name of names) {
    if (name.startsWith('KAFKA_CFG_')) {
      properties.set(propertyName(name.slice('KAFKA_CFG_'.length)), environment[name] ?? '');
    }
  }
  return properties;
}

function propertyName(variable: string): string {
  const name = variable.toLowerCase().replace(/___|__|_/g, (run) => (run === '___' ? '-' : run === '__' ? '_' : '.'));
  // The one property with capitals.
  return name === 'zookeeper.clientcnxnsocket' ? 'zookeeper.clientCnxnSocket' : name;
}

function isProperty(name: string, value: string): boolean {
  if (BROKER_CONFIG_DEF.has(name) || listenerPrefixed(name) !== undefined) return true;
  return isLegacyName(name) && !value.includes('://');
}
