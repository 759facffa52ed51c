/**
 * Bytes that are not what they claim to be, or a value that its message cannot carry. The text names what was being read
 * or written, the offset or value, and the limit it broke.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** Prefixes the message and version that was being handled; other errors (bugs) pass through untouched. */
export function inMessage(error: unknown, message: string, version: number): unknown {
  if (!(error instanceof ProtocolError)) return error;
  return new ProtocolError(`${message} v${version}: ${error.message}`, { cause: error });
}

/** Java: UnsupportedVersionException "Attempted to write a non-default FIELD at version N". */
export function unsupportedField(struct: string, field: string, version: number): ProtocolError {
  return new ProtocolError(`${struct}.${field} is set to a value that version ${version} cannot carry; leave it out`);
}

export function nullField(struct: string, field: string, version: number): ProtocolError {
  return new ProtocolError(`${struct}.${field} is null, which version ${version} cannot carry`);
}
