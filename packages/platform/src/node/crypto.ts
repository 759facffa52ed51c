import type * as nodeCrypto from 'node:crypto';
import type { Crypto } from '../ports.ts';

/** `node:crypto`, loaded when first used: it is among the dearer modules at start. */
export class NodeCrypto implements Crypto {
  randomBytes(length: number): Buffer {
    return load().randomBytes(length);
  }

  hash(algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512', data: Uint8Array): Buffer {
    return load().createHash(algorithm).update(data).digest();
  }

  hmac(algorithm: 'sha256' | 'sha512', key: Uint8Array, data: Uint8Array): Buffer {
    return load().createHmac(algorithm, key).update(data).digest();
  }

  pbkdf2(algorithm: 'sha256' | 'sha512', password: Uint8Array, salt: Uint8Array, iterations: number): Promise<Buffer> {
    const length = algorithm === 'sha256' ? 32 : 64;
    return new Promise((resolve, reject) => {
      load().pbkdf2(password, salt, iterations, length, algorithm, (error, key) =>
        error === null ? resolve(key) : reject(error),
      );
    });
  }
}

function load(): typeof nodeCrypto {
  return process.getBuiltinModule('node:crypto');
}
