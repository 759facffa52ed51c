import { ConfigException, require, requireArgument } from './config-exception.ts';

export type SecurityProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
const SECURITY_PROTOCOLS: readonly SecurityProtocol[] = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'];

/** One of `listeners` or `advertised.listeners` (Kafka's EndPoint). */
export interface ListenerConfig {
  /** Upper case. */
  readonly name: string;
  /** Without brackets. Empty: every interface to listen on, the machine's own name to advertise. */
  readonly host: string;
  /** As written; 0: any. */
  readonly port: number;
  readonly securityProtocol: SecurityProtocol;
}

/** `listener.security.protocol.map`: the protocol of each listener name. */
export type SecurityProtocolMap = ReadonlyMap<string, SecurityProtocol>;

export function parseSecurityProtocolMap(text: string): Map<string, SecurityProtocol> {
  const result = new Map<string, SecurityProtocol>();
  const name = 'listener.security.protocol.map';
  for (const [listener, protocol] of parsePairs(name, text)) {
    if (listener === '') throw new ConfigException('The provided listener name is null or empty string');
    result.set(listener.toUpperCase(), securityProtocol(protocol, name));
  }
  return result;
}

/** `a:1,b:2` split at the last colon of each item (CoreUtils.parseCsvMap). */
export function parsePairs(name: string, text: string): [string, string][] {
  if (text.trim() === '') return [];
  return text
    .trim()
    .split(/\s*,\s*/)
    .map((item) => {
      const colon = item.lastIndexOf(':');
      const javaText = `begin 0, end ${colon}, length ${item.length}`;
      requireArgument(colon >= 0, `Error parsing configuration property '${name}': ${javaText}`);
      return [item.slice(0, colon).trim(), item.slice(colon + 1).trim()];
    });
}

function securityProtocol(text: string, property: string): SecurityProtocol {
  const found = SECURITY_PROTOCOLS.find((protocol) => protocol === text.toUpperCase());
  if (found === undefined) throw new ConfigException(`Invalid security protocol \`${text}\` defined in ${property}`);
  return found;
}

/** Parses and checks a list of listeners (CoreUtils.listenerListToEndPoints). */
export function parseListeners(
  text: string,
  protocols: SecurityProtocolMap,
  needsDistinctPorts: boolean,
): ListenerConfig[] {
  const listeners = text
    .split(/\s*,\s*/)
    .filter((item) => item !== '')
    .map((item) => {
      const listener = parseListener(item.trim(), protocols);
      const failure = typeof listener === 'string' ? listener : '';
      requireArgument(failure === '', `Error creating broker listeners from '${text}': ${failure}`);
      return listener;
    })
    .filter((listener) => typeof listener !== 'string');
  const names = new Set(listeners.map((listener) => listener.name));
  require(names.size === listeners.length, `Each listener must have a different name, listeners: ${text}`);
  if (needsDistinctPorts) checkPorts(listeners, text);
  return listeners;
}

function parseListener(text: string, protocols: SecurityProtocolMap): ListenerConfig | string {
  const match = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)$/.exec(text);
  if (match === null) return `Unable to parse ${text} to a broker endpoint`;
  const [, name = '', host = '', port = ''] = match;
  const upperName = name.toUpperCase();
  const protocol = protocols.get(upperName);
  if (protocol === undefined) return `No security protocol defined for listener ${upperName}`;
  return { name: upperName, host, port: Number(port), securityProtocol: protocol };
}

/** A port may serve two listeners only when one is bound to an IPv4 and the other to an IPv6 address (KIP-797). */
function checkPorts(listeners: readonly ListenerConfig[], text: string): void {
  const byPort = new Map<number, ListenerConfig[]>();
  for (const listener of listeners) {
    if (listener.port !== 0) byPort.set(listener.port, [...(byPort.get(listener.port) ?? []), listener]);
  }
  for (const [port, sharing] of byPort) {
    if (sharing.length < 2) continue;
    const addresses = sharing.map((listener) => ipFamily(listener.host)).filter((family) => family !== undefined);
    const withoutAddress = sharing.length - addresses.length;
    require(withoutAddress < 2, `Each listener must have a different port, listeners: ${text}`);
    if (addresses.length === 0) continue;
    const onePerFamily = `If you have two listeners on the same port then one needs to be IPv4 and the other IPv6, listeners: ${text}, port: ${port}`;
    requireArgument(
      addresses.length === 2,
      `Each listener must have a different port unless exactly one listener has an IPv4 address and the other IPv6 address, listeners: ${text}, port: ${port}`,
    );
    require(addresses[0] !== addresses[1], onePerFamily);
    requireArgument(withoutAddress === 0, onePerFamily);
  }
}

function ipFamily(host: string): 4 | 6 | undefined {
  if (/^(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\.(?!$)|$)){4}$/.test(host)) return 4;
  return host.includes(':') && /^[0-9a-fA-F:.]+(?:%.+)?$/.test(host) ? 6 : undefined;
}
