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
}

function load(): typeof nodeCrypto {
  return process.getBuiltinModule('node:crypto');
}
