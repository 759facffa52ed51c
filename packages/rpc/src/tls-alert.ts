/** What a TLS server says to somebody who does not speak it. */
export function isTlsAlert(chunk: Buffer): boolean {
  return chunk.length >= 3 && chunk[0] === 0x15 && chunk[1] === 3 && (chunk[2] ?? 0) <= 4;
}
