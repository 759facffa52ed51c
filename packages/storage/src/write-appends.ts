import type { DiskFile } from '@ottla/platform';
import { gatherAppendBytesMax, writeBytesMax } from './limits.ts';
import type { StagedAppend } from './staged-append.ts';

/** Puts the bytes of `group` at `start`, small ones together in one call. Throws DiskError. */
export function writeAppends(file: DiskFile, group: readonly StagedAppend[], start: number, gather: Buffer): void {
  const [first] = group;
  if (group.length === 1 && first !== undefined) {
    writeInPieces(file, first.bytes, start);
    return;
  }
  let position = start;
  let gathered = 0;
  for (const { bytes } of group) {
    const isSmall = bytes.length <= gatherAppendBytesMax;
    if (gathered > 0 && (!isSmall || gathered + bytes.length > gather.length)) {
      file.writeSync(gather, 0, gathered, position);
      position += gathered;
      gathered = 0;
    }
    if (isSmall) {
      gather.set(bytes, gathered);
      gathered += bytes.length;
    } else {
      position = writeInPieces(file, bytes, position);
    }
  }
  if (gathered > 0) file.writeSync(gather, 0, gathered, position);
}

/** Returns where the bytes end. */
function writeInPieces(file: DiskFile, bytes: Buffer, position: number): number {
  for (let at = 0; at < bytes.length; at += writeBytesMax) {
    file.writeSync(bytes, at, Math.min(writeBytesMax, bytes.length - at), position + at);
  }
  return position + bytes.length;
}
