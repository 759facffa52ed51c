import type { Endpoint, EndpointHost, Exchange } from '@ottla/broker';
import type { ErrorCode, Reader } from '@ottla/protocol';
import { API_VERSIONS, KAFKA_RELEASES, type KafkaRelease, LISTED_FROM_ZERO } from './kafka-releases.ts';

/** The endpoints that a broker of that release has, with its versions. Throws RangeError for a release we do not know. */
export function endpointsOf(release: KafkaRelease, own: readonly Endpoint[]): Endpoint[] {
  const ranges = rangesOf(release);
  const fromZero = LISTED_FROM_ZERO.get(release) ?? [];
  const endpoints: Endpoint[] = [];
  for (const endpoint of own) {
    const range = ranges.get(endpoint.name);
    if (range === undefined) continue;
    const served = Math.max(range.min, endpoint.minVersion);
    const max = Math.min(range.max, endpoint.maxVersion);
    if (served <= max)
      endpoints.push(new OlderEndpoint(endpoint, fromZero.includes(endpoint.name) ? 0 : served, max, served));
  }
  return endpoints;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function rangesOf(release: KafkaRelease): Map<string, Range> {
  const column = KAFKA_RELEASES.indexOf(release);
  if (column < 0) {
    throw new RangeError(`asVersion: '${release}' is not known; it can be one of ${KAFKA_RELEASES.join(', ')}`);
  }
  const ranges = new Map<string, Range>();
  for (const [api, ...columns] of API_VERSIONS) {
    const text = columns[column] ?? '-';
    if (text === '-') continue;
    const [min = '0', max = min] = text.split('-');
    ranges.set(api, { min: Number(min), max: Number(max) });
  }
  return ranges;
}

/** An endpoint with the versions of another release. */
class OlderEndpoint implements Endpoint {
  readonly key: Endpoint['key'];
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly inOrder: boolean;
  readonly #own: Endpoint;
  readonly #servedFrom: number;

  constructor(own: Endpoint, minVersion: number, maxVersion: number, servedFrom: number) {
    this.#own = own;
    this.key = own.key;
    this.name = own.name;
    this.inOrder = own.inOrder;
    this.minVersion = minVersion;
    this.maxVersion = maxVersion;
    this.#servedFrom = servedFrom;
  }

  serve(exchange: Exchange, reader: Reader, host: EndpointHost): void {
    const { apiVersion } = exchange.context;
    if (apiVersion >= this.#servedFrom) this.#own.serve(exchange, reader, host);
    else exchange.disconnect(`Received request api key ${this.name} with version ${apiVersion} which is not enabled`);
  }

  refuse(exchange: Exchange, reader: Reader, host: EndpointHost, error: ErrorCode): void {
    this.#own.refuse(exchange, reader, host, error);
  }
}
