/**
 * `corrupt`: the bytes are not what the codec allows. `too-large`: the output would pass the caller's limit.
 * `unavailable`: this installation has no back end for the codec.
 */
export type CompressionErrorKind = 'corrupt' | 'too-large' | 'unavailable';

export class CompressionError extends Error {
  override readonly name = 'CompressionError';
  readonly kind: CompressionErrorKind;
  constructor(kind: CompressionErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export function tooLarge(codec: string, maxOutputBytes: number): CompressionError {
  return new CompressionError(
    'too-large',
    `${codec} data decompresses to more than the limit of ${maxOutputBytes} bytes`,
  );
}

/** For what a back end threw. */
export function corrupted(codec: string, cause: unknown): CompressionError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new CompressionError('corrupt', `${codec} data is corrupt: ${detail}`, { cause });
}
