import type { Clock } from '@ottla/platform';
import type { KafkaError } from '../errors.ts';
import { average, events, flow, type Values } from './client-metric.ts';
import type { Diagnostics } from './diagnostics.ts';
import { Telling } from './diagnostics.ts';
import { Samples } from './samples.ts';

/** What is measured of all connections of a client. */
export class NetworkMeters {
  readonly telling: Telling;
  readonly clientId: string;
  readonly #latencyMs: Samples;
  readonly #connects: Samples;
  readonly #closes: Samples;
  readonly #failures: Samples;
  #open = 0;
  #inFlight = 0;

  constructor(clock: Clock, clientId: string, diagnostics: Diagnostics | undefined) {
    this.clientId = clientId;
    this.telling = new Telling(diagnostics);
    this.#latencyMs = new Samples(clock);
    this.#connects = new Samples(clock);
    this.#closes = new Samples(clock);
    this.#failures = new Samples(clock);
  }

  connected(): void {
    this.#open++;
    this.#connects.record(1);
  }

  disconnected(): void {
    this.#open--;
    this.#closes.record(1);
  }

  asked(): void {
    this.#inFlight++;
  }

  answered(api: string, version: number, broker: number, latencyMs: number, error: KafkaError | undefined): void {
    this.#inFlight--;
    if (error === undefined) this.#latencyMs.record(latencyMs);
    else this.#failures.record(1);
    const { clientId } = this;
    this.telling.tell('ottla:client:request', () => ({ clientId, api, version, broker, latencyMs, error }));
  }

  values(): Values {
    return {
      'connection-count': this.#open,
      ...flow('connection-creation', this.#connects),
      ...flow('connection-close', this.#closes),
      ...events('request', this.#latencyMs),
      ...average('request-latency', this.#latencyMs),
      'requests-in-flight': this.#inFlight,
      ...flow('failed-request', this.#failures),
    };
  }
}
