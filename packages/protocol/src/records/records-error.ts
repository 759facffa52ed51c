/**
 * Why bytes that claim to be records are refused, and what Kafka answers:
 * `corrupt` CORRUPT_MESSAGE (too short, checksum) · `invalid` INVALID_RECORD (structure) · `too-large` the decompressed
 * bytes would pass the limit · `unsupported-compression` UNSUPPORTED_COMPRESSION_TYPE · `unavailable` this
 * installation lacks the codec.
 */
export type RecordsErrorKind = 'corrupt' | 'invalid' | 'too-large' | 'unsupported-compression' | 'unavailable';

/** Thrown once for a batch, never per record. */
export class RecordsError extends Error {
  override readonly name = 'RecordsError';
  readonly kind: RecordsErrorKind;
  constructor(kind: RecordsErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
