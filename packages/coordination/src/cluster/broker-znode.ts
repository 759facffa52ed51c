import { encodeObject, isObject, numberAt, parseObject, stringAt } from './json.ts';

export interface BrokerEndpoint {
  readonly listener: string;
  readonly securityProtocol: string;
  readonly host: string;
  readonly port: number;
}

/** `/brokers/ids/<id>`: what a live broker says of itself. */
export interface BrokerZnode {
  readonly endpoints: readonly BrokerEndpoint[];
  readonly rack: string | null;
  readonly features: ReadonlyMap<string, { readonly min: number; readonly max: number }>;
}

/** Version 5 (Kafka 2.7+), key order as 3.9 writes it. `nowMs` is the wall clock. */
export function encodeBroker(broker: BrokerZnode, nowMs: number): Buffer {
  const plaintext = broker.endpoints.find((endpoint) => endpoint.securityProtocol === 'PLAINTEXT');
  const protocols: Record<string, string> = {};
  for (const endpoint of broker.endpoints) protocols[endpoint.listener] = endpoint.securityProtocol;
  const features: Record<string, { min_version: number; max_version: number }> = {};
  for (const [name, range] of broker.features) features[name] = { min_version: range.min, max_version: range.max };
  return encodeObject({
    features,
    listener_security_protocol_map: protocols,
    endpoints: broker.endpoints.map(endpointUrl),
    ...(broker.rack === null ? {} : { rack: broker.rack }),
    jmx_port: -1,
    port: plaintext === undefined ? -1 : plaintext.port,
    host: plaintext === undefined ? null : plaintext.host,
    version: 5,
    timestamp: String(nowMs),
  });
}

/** Reads versions 1 to 5; undefined when it is none of them. */
export function decodeBroker(data: Uint8Array | null): BrokerZnode | undefined {
  const json = parseObject(data);
  const version = json === undefined ? undefined : numberAt(json, 'version');
  if (json === undefined || version === undefined) return undefined;
  const rack = stringAt(json, 'rack') ?? null;
  if (version < 2) {
    const host = stringAt(json, 'host');
    const port = numberAt(json, 'port');
    if (host === undefined || port === undefined) return undefined;
    const endpoint = { listener: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host, port };
    return { endpoints: [endpoint], rack, features: new Map() };
  }
  if (!Array.isArray(json.endpoints)) return undefined;
  const protocols = isObject(json.listener_security_protocol_map) ? json.listener_security_protocol_map : {};
  const endpoints: BrokerEndpoint[] = [];
  for (const url of json.endpoints) {
    const endpoint = typeof url === 'string' ? parseEndpoint(url) : undefined;
    if (endpoint === undefined) return undefined;
    const protocol = stringAt(protocols, endpoint.listener);
    endpoints.push(protocol === undefined ? endpoint : { ...endpoint, securityProtocol: protocol });
  }
  const features = new Map<string, { min: number; max: number }>();
  for (const [name, range] of Object.entries(isObject(json.features) ? json.features : {})) {
    if (!isObject(range)) continue;
    features.set(name, { min: numberAt(range, 'min_version') ?? 0, max: numberAt(range, 'max_version') ?? 0 });
  }
  return { endpoints, rack, features };
}

function endpointUrl(endpoint: BrokerEndpoint): string {
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return `${endpoint.listener}://${host}:${endpoint.port}`;
}

function parseEndpoint(url: string): BrokerEndpoint | undefined {
  const match = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)$/.exec(url);
  if (match === null) return undefined;
  const [, listener = '', host = '', port = ''] = match;
  return { listener, securityProtocol: listener, host, port: Number(port) };
}
