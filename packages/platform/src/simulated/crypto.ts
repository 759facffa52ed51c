import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { Crypto } from '../ports.ts';
import type { Prng } from './prng.ts';

/** Bytes from the world's seed, and real digests: those are pure. */
export class SimulatedCrypto implements Crypto {
  readonly #prng: Prng;

  constructor(prng: Prng) {
    this.#prng = prng;
  }

  randomBytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let index = 0; index < length; index++) bytes[index] = this.#prng.uint32();
    return bytes;
  }

  hash(algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512', data: Uint8Array): Buffer {
    return createHash(algorithm).update(data).digest();
  }

  hmac(algorithm: 'sha256' | 'sha512', key: Uint8Array, data: Uint8Array): Buffer {
    return createHmac(algorithm, key).update(data).digest();
  }

  pbkdf2(algorithm: 'sha256' | 'sha512', password: Uint8Array, salt: Uint8Array, iterations: number): Promise<Buffer> {
    const length = algorithm === 'sha256' ? 32 : 64;
    return Promise.resolve(pbkdf2Sync(password, salt, iterations, length, algorithm));
  }
}
