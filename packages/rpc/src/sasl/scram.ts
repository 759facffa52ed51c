/**
 * SCRAM (RFC 5802, 7677), as Kafka speaks it: no channel binding, no SASLprep.
 *
 *   client first   n,,n=<user>,r=<our nonce>
 *   server first   r=<both nonces>,s=<salt>,i=<iterations>
 *   client final   c=biws,r=<both nonces>,p=<proof>
 *   server final   v=<signature>, or e=<error>
 */
import type { Crypto, Platform } from '@ottla/platform';
import type { SaslExchange, SaslMechanism } from './mechanism.ts';

type Digest = 'sha256' | 'sha512';

export interface ScramOptions {
  /** The name is a delegation token's id, the password its hmac in base64 (KIP-48). */
  readonly isToken?: boolean | undefined;
}

export function scram256(username: string, password: string, options: ScramOptions = {}): SaslMechanism {
  return scram('SCRAM-SHA-256', 'sha256', username, password, options);
}

export function scram512(username: string, password: string, options: ScramOptions = {}): SaslMechanism {
  return scram('SCRAM-SHA-512', 'sha512', username, password, options);
}

function scram(
  name: string,
  digest: Digest,
  username: string,
  password: string,
  { isToken = false }: ScramOptions,
): SaslMechanism {
  return {
    name,
    start: (platform: Platform) => new ScramExchange(platform.crypto, digest, username, password, isToken),
  };
}

/** Kafka's least (`ScramMechanism.minIterations`): fewer would make the proof easy to guess. */
const ITERATIONS_MIN = 4096;
/** A server that asks for more wants us to be busy. */
const ITERATIONS_MAX = 1_000_000;

class ScramExchange implements SaslExchange {
  readonly #crypto: Crypto;
  readonly #digest: Digest;
  readonly #password: Buffer;
  readonly #nonce: string;
  readonly #firstBare: string;
  #serverSignature: Buffer | undefined;
  #isVerified = false;

  constructor(crypto: Crypto, digest: Digest, username: string, password: string, isToken: boolean) {
    this.#crypto = crypto;
    this.#digest = digest;
    this.#password = Buffer.from(password, 'utf8');
    this.#nonce = crypto.randomBytes(24).toString('base64url');
    const name = username.replaceAll('=', '=3D').replaceAll(',', '=2C');
    this.#firstBare = `n=${name},r=${this.#nonce}${isToken ? ',tokenauth=true' : ''}`;
  }

  first(): Buffer {
    return Buffer.from(`n,,${this.#firstBare}`, 'utf8');
  }

  async next(challenge: Buffer): Promise<Buffer | undefined> {
    if (this.#serverSignature !== undefined) {
      this.#verify(attributes(challenge));
      return undefined;
    }
    return this.#final(challenge.toString('utf8'), attributes(challenge));
  }

  async #final(serverFirst: string, { r: nonce, s: salt, i: count }: Attributes): Promise<Buffer> {
    const iterations = Number(count);
    if (nonce === undefined || salt === undefined || !nonce.startsWith(this.#nonce) || nonce === this.#nonce)
      throw new Error('The server did not answer to our SCRAM nonce');
    if (!(iterations >= ITERATIONS_MIN && iterations <= ITERATIONS_MAX))
      throw new Error(
        `The server asks for ${count} SCRAM iterations: ${ITERATIONS_MIN} to ${ITERATIONS_MAX} are taken`,
      );
    const crypto = this.#crypto;
    const digest = this.#digest;
    const salted = await crypto.pbkdf2(digest, this.#password, Buffer.from(salt, 'base64'), iterations);
    const withoutProof = `c=biws,r=${nonce}`;
    const message = Buffer.from(`${this.#firstBare},${serverFirst},${withoutProof}`, 'utf8');
    const clientKey = crypto.hmac(digest, salted, Buffer.from('Client Key'));
    const proof = crypto.hmac(digest, crypto.hash(digest, clientKey), message);
    for (let i = 0; i < proof.length; i++) proof[i] ^= clientKey[i];
    this.#serverSignature = crypto.hmac(digest, crypto.hmac(digest, salted, Buffer.from('Server Key')), message);
    return Buffer.from(`${withoutProof},p=${proof.toString('base64')}`, 'utf8');
  }

  #verify({ v: signature, e: error }: Attributes): void {
    if (this.#isVerified) return;
    if (error !== undefined) throw new Error(`The server refuses SCRAM: ${error}`);
    if (signature === undefined || this.#serverSignature?.equals(Buffer.from(signature, 'base64')) !== true)
      throw new Error('The server could not prove that it knows the password');
    this.#isVerified = true;
  }
}

type Attributes = Readonly<Record<string, string | undefined>>;

function attributes(message: Buffer): Attributes {
  const pairs: Record<string, string> = {};
  for (const part of message.toString('utf8').split(',')) {
    if (part[1] === '=') pairs[part[0]] = part.slice(2);
  }
  return pairs;
}
