import { type Address, NetworkError } from '@ottla/platform';

/** Throws ETLS for what a TLS server says to somebody who does not speak it. */
export function refuseTlsAlert(chunk: Buffer, peer: Address): void {
  const isAlert = chunk.length >= 3 && chunk[0] === 0x15 && chunk[1] === 3 && (chunk[2] ?? 0) <= 4;
  if (isAlert) throw new NetworkError('ETLS', 'the peer speaks TLS, and we do not:', peer);
}
