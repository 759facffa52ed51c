/**
 * Bytes that are not in memory yet, such as a file range of a fetch response. The same shape as the platform's
 * ByteSource, so that either can stand for the other.
 */
export interface ExternalPart {
  readonly sizeBytes: number;
  /** Copies `length` bytes from `start` of the source into `target` at `targetStart`. */
  copyTo(target: Uint8Array, targetStart: number, start: number, length: number): void;
  /** Called once, when sent in full or abandoned. */
  release(): void;
}

export type OutgoingPart = Uint8Array | ExternalPart;

export function partSizeBytes(part: OutgoingPart): number {
  return part instanceof Uint8Array ? part.length : part.sizeBytes;
}

/** Copies `parts` into one buffer. External parts are read, not released. */
export function joinParts(parts: readonly OutgoingPart[]): Buffer {
  let size = 0;
  for (const part of parts) size += partSizeBytes(part);
  const joined = Buffer.allocUnsafeSlow(size);
  let offset = 0;
  for (const part of parts) {
    if (part instanceof Uint8Array) {
      joined.set(part, offset);
      offset += part.length;
    } else {
      part.copyTo(joined, offset, 0, part.sizeBytes);
      offset += part.sizeBytes;
    }
  }
  return joined;
}
