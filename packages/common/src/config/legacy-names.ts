/** Names that brokers before 3.0 took, and that old notes and images still use. */
const LEGACY_NAMES = ['port', 'host.name', 'advertised.host.name', 'advertised.port'];

export function isLegacyName(name: string): boolean {
  return LEGACY_NAMES.includes(name);
}

/**
 * Turns the old names into `listeners` and `advertised.listeners`, as a broker before 3.0 did where those were not set.
 * Changes `properties`; returns warnings.
 */
export function replaceLegacyNames(properties: Map<string, string>): string[] {
  const warnings: string[] = [];
  const take = (name: string): string | undefined => {
    const value = properties.get(name);
    properties.delete(name);
    return value;
  };
  const hadListeners = properties.has('listeners');
  const hadAdvertised = properties.has('advertised.listeners');
  const [port, host] = [take('port'), take('host.name')];
  const [advertisedHost, advertisedPort] = [take('advertised.host.name'), take('advertised.port')];

  if (port !== undefined || host !== undefined) {
    const listeners = `PLAINTEXT://${host ?? ''}:${port ?? '9092'}`;
    if (!hadListeners) properties.set('listeners', listeners);
    warnings.push(warning(port, host, 'port', 'host.name', 'listeners', hadListeners ? undefined : listeners));
  }
  if (advertisedHost !== undefined || advertisedPort !== undefined) {
    const listeners = `PLAINTEXT://${advertisedHost ?? host ?? ''}:${advertisedPort ?? port ?? '9092'}`;
    if (!hadAdvertised) properties.set('advertised.listeners', listeners);
    warnings.push(
      warning(
        advertisedPort,
        advertisedHost,
        'advertised.port',
        'advertised.host.name',
        'advertised.listeners',
        hadAdvertised ? undefined : listeners,
      ),
    );
  }
  return warnings;
}

function warning(
  port: string | undefined,
  host: string | undefined,
  portName: string,
  hostName: string,
  modern: string,
  value: string | undefined,
): string {
  const used = [host === undefined ? undefined : hostName, port === undefined ? undefined : portName]
    .filter((name) => name !== undefined)
    .join(' and ');
  return value === undefined
    ? `The old configuration '${used}' is ignored because ${modern} is set.`
    : `The old configuration '${used}' was replaced by ${modern} in Kafka 3.0; using ${modern}=${value}.`;
}
