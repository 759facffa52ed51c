import type { Histogram, Meter, MetricsRegistry } from '@ottla/common';
import type { RequestContext } from '../api/handler.ts';

/** A request as the metrics see it. */
export interface MeasuredRequest extends RequestContext {
  readonly endpoint: { readonly name: string };
  readonly startMs: number;
  readonly requestBytes: number;
}

interface ApiMetrics {
  readonly byVersion: (Meter | undefined)[];
  readonly totalTime: Histogram;
  readonly requestBytes: Histogram;
}

/**
 * kafka.network:type=RequestMetrics. Queue, local, remote and send times are not told apart: a request runs where it is
 * read, and the total is what clients feel.
 */
export class RequestMetrics {
  readonly #registry: MetricsRegistry;
  readonly #apis: (ApiMetrics | undefined)[] = [];

  constructor(registry: MetricsRegistry) {
    this.#registry = registry;
  }

  received(request: MeasuredRequest): void {
    const api = this.#apis[request.apiKey] ?? this.#add(request);
    const meter = api.byVersion[request.apiVersion] ?? this.#addVersion(api, request);
    meter.mark(1, request.startMs);
    api.requestBytes.update(request.requestBytes, request.startMs);
  }

  completed(request: MeasuredRequest, nowMs: number): void {
    this.#apis[request.apiKey]?.totalTime.update(nowMs - request.startMs, nowMs);
  }

  #add(request: MeasuredRequest): ApiMetrics {
    const tags = { request: request.endpoint.name };
    const name = (metric: string) => ({ group: 'kafka.network', type: 'RequestMetrics', name: metric, tags });
    const api: ApiMetrics = {
      byVersion: [],
      totalTime: this.#registry.histogram(name('TotalTimeMs'), { resolution: 0.001 }),
      requestBytes: this.#registry.histogram(name('RequestBytes')),
    };
    this.#apis[request.apiKey] = api;
    return api;
  }

  #addVersion(api: ApiMetrics, request: MeasuredRequest): Meter {
    // A version from the wire, of ApiVersions alone any: not a tag, or a client could make 65536 of them.
    const version = String(Math.min(Math.max(request.apiVersion, 0), 99));
    const meter = this.#registry.meter({
      group: 'kafka.network',
      type: 'RequestMetrics',
      name: 'RequestsPerSec',
      tags: { request: request.endpoint.name, version },
    });
    if (request.apiVersion >= 0 && request.apiVersion < 99) api.byVersion[request.apiVersion] = meter;
    return meter;
  }
}
