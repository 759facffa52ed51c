import type { SaslExchange, SaslMechanism } from './mechanism.ts';

/** SASL PLAIN (RFC 4616): the password goes over the wire. Only within TLS, or where nobody listens. */
export function plain(username: string, password: string): SaslMechanism {
  return { name: 'PLAIN', start: () => new PlainExchange(username, password) };
}

class PlainExchange implements SaslExchange {
  readonly #message: Buffer;

  constructor(username: string, password: string) {
    this.#message = Buffer.from(`\0${username}\0${password}`, 'utf8');
  }

  first(): Buffer {
    return this.#message;
  }

  next(): undefined {
    return undefined;
  }
}
