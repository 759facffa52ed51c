import type { SaslExchange, SaslMechanism } from './mechanism.ts';

export interface BearerToken {
  readonly value: string;
  /** SASL extensions (KIP-342), e.g. `logicalCluster`. */
  readonly extensions?: Readonly<Record<string, string>> | undefined;
}

/** Asked for a token at each authentication; caching is its own business. */
export type TokenProvider = () => string | BearerToken | Promise<string | BearerToken>;

/** SASL OAUTHBEARER (RFC 7628). */
export function oauthBearer(provider: TokenProvider): SaslMechanism {
  return { name: 'OAUTHBEARER', start: () => new BearerExchange(provider) };
}

const SEPARATOR = '\x01';

class BearerExchange implements SaslExchange {
  readonly #provider: TokenProvider;

  constructor(provider: TokenProvider) {
    this.#provider = provider;
  }

  async first(): Promise<Buffer> {
    const given = await this.#provider();
    const { value, extensions = {} } = typeof given === 'string' ? { value: given } : given;
    const pairs = Object.entries(extensions).map(([name, text]) => `${name}=${text}${SEPARATOR}`);
    const message = `n,,${SEPARATOR}auth=Bearer ${value}${SEPARATOR}${pairs.join('')}${SEPARATOR}`;
    return Buffer.from(message, 'utf8');
  }

  /** A challenge is the description of a refusal; the broker wants to hear that it was read before it refuses. */
  next(challenge: Buffer): Buffer | undefined {
    return challenge.length === 0 ? undefined : Buffer.from(SEPARATOR);
  }
}
