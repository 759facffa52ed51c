// The names in a zip file, read from its central directory, so that `unzip` is not needed.
//
//   end of central directory (22 bytes + comment, at the end of the file)
//     0 signature 0x06054b50 | 10 entries, 2 bytes | 12 size of directory, 4 | 16 offset of directory, 4
//   directory entry (46 bytes + name + extra + comment)
//     0 signature 0x02014b50 | 28 name length, 2 | 30 extra length, 2 | 32 comment length, 2 | 46 name
import { readFileSync } from 'node:fs';

/** @param {string} path @returns {string[]} */
export function zipEntries(path) {
  const bytes = readFileSync(path);
  let end = bytes.length - 22;
  while (end >= 0 && bytes.readUInt32LE(end) !== 0x06054b50) end--;
  if (end < 0) throw new Error(`${path} is not a zip file`);
  const names = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (bytes.readUInt32LE(at) !== 0x02014b50) throw new Error(`${path}: no directory entry at byte ${at}`);
    const nameLength = bytes.readUInt16LE(at + 28);
    names.push(bytes.toString('utf8', at + 46, at + 46 + nameLength));
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return names;
}
