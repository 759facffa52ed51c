/** kafkajs's instrumentation events: named, numbered, told to listeners one after the other. */
import type { Clock } from '@ottla/platform';
import type { RequestObserver } from '@ottla/rpc';
import { KafkaJSNonRetriableError } from './errors.ts';
import type { Logger } from './logger.ts';

export interface InstrumentationEvent<T> {
  id: number;
  type: string;
  timestamp: number;
  payload: T;
}

export type RemoveInstrumentationEventListener<_Name> = () => void;

/** Names by what they say: `{ 'consumer.heartbeat': HeartbeatPayload }`. */
type Payloads = object;

export type Listen<All extends Payloads> = <Name extends keyof All>(
  eventName: Name,
  listener: (event: InstrumentationEvent<All[Name]>) => unknown,
) => RemoveInstrumentationEventListener<Name>;

let nextId = 0;

export class Events<All extends Payloads> {
  readonly #kind: string;
  readonly #names: Readonly<Record<string, keyof All>>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #listeners: { [Name in keyof All]?: Set<(event: InstrumentationEvent<All[Name]>) => unknown> } = {};

  /** `kind`: `consumer`. `names`: as the application sees them, `{ HEARTBEAT: 'consumer.heartbeat' }`. */
  constructor(kind: string, names: Readonly<Record<string, keyof All>>, clock: Clock, logger: Logger) {
    this.#kind = kind;
    this.#names = names;
    this.#clock = clock;
    this.#logger = logger;
  }

  readonly on: Listen<All> = (eventName, listener) => {
    if (!Object.values(this.#names).includes(eventName)) {
      const known = Object.keys(this.#names).map((key) => `${this.#kind}.events.${key}`);
      throw new KafkaJSNonRetriableError(`Event name should be one of ${known.join(', ')}`);
    }
    const listeners = this.#listeners[eventName] ?? new Set();
    this.#listeners[eventName] = listeners.add(listener);
    return () => listeners.delete(listener);
  };

  emit<Name extends keyof All & string>(eventName: Name, payload: All[Name]): void {
    const listeners = this.#listeners[eventName];
    if (listeners === undefined || listeners.size === 0) return;
    const event = { id: nextId++, type: eventName, timestamp: this.#clock.wallMs(), payload };
    for (const listener of [...listeners]) void this.#tell(listener, event, eventName);
  }

  async #tell<T>(
    listener: (event: InstrumentationEvent<T>) => unknown,
    event: InstrumentationEvent<T>,
    eventName: string,
  ): Promise<void> {
    try {
      await listener(event);
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.#logger.error(`Failed to execute listener: ${error.message}`, { eventName, stack: error.stack });
    }
  }
}

export interface RequestPayload {
  apiKey: number;
  apiName: string;
  apiVersion: number;
  broker: string;
  clientId: string;
  correlationId: number;
  createdAt: number;
  duration: number;
  pendingDuration: number;
  sentAt: number;
  size: number;
}

export interface RequestQueueSizePayload {
  broker: string;
  clientId: string;
  queueSize: number;
}

/** Ours are the requests' names: `MetadataRequest`. */
function apiNameOf(name: string): string {
  return name.replace(/Request$/, '');
}

/** What is behind the three events that all clients have. */
export interface NetworkListener {
  request(payload: RequestPayload): void;
  requestTimeout(payload: Omit<RequestPayload, 'duration' | 'size'>): void;
  queueSize(payload: RequestQueueSizePayload): void;
}

export function networkObserver(clientId: string, listener: NetworkListener): RequestObserver {
  return {
    waiting: (broker, queueSize) => listener.queueSize({ broker, clientId, queueSize }),
    answered: (request, size) => {
      const { peer: broker, apiKey, name, version: apiVersion, correlationId, sentAtMs, durationMs } = request;
      listener.request({
        broker,
        clientId,
        correlationId,
        size,
        createdAt: sentAtMs,
        sentAt: sentAtMs,
        pendingDuration: 0,
        duration: durationMs,
        apiName: apiNameOf(name),
        apiKey,
        apiVersion,
      });
    },
    timedOut: ({ peer: broker, apiKey, name, version: apiVersion, correlationId, sentAtMs }) =>
      listener.requestTimeout({
        broker,
        clientId,
        correlationId,
        createdAt: sentAtMs,
        sentAt: sentAtMs,
        pendingDuration: 0,
        apiName: apiNameOf(name),
        apiKey,
        apiVersion,
      }),
  };
}
