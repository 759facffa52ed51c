import type { Platform } from '@ottla/platform';

/** How a connection proves who it is (RFC 4422). One mechanism serves many connections. */
export interface SaslMechanism {
  /** As Kafka lists it in `sasl.enabled.mechanisms`. */
  readonly name: string;
  start(platform: Platform): SaslExchange;
}

/** One authentication. What it throws ends it. */
export interface SaslExchange {
  /** What the client says first. */
  first(): Buffer | Promise<Buffer>;
  /** What it says next; undefined: it is content. */
  next(challenge: Buffer): Buffer | undefined | Promise<Buffer | undefined>;
}
