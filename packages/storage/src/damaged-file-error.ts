/** A file is not what its format allows. The text names it; where in our code that was found tells nobody anything. */
export class DamagedFileError extends Error {
  override readonly name: string = 'DamagedFileError';
  /** Errors with a code are logged without a stack. */
  readonly code = 'EDAMAGED';
}
