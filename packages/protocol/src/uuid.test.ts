import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUuid, ProtocolError, Reader, uuidFromBytes, uuidToBytes, ZERO_UUID } from './index.ts';

test('uuids are base64url of their 16 bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (array) => {
      const bytes = Buffer.from(array);
      const uuid = bytes.toString('base64url');
      expect([uuidFromBytes(bytes), new Reader(bytes).uuid(), new Reader(bytes).uuid()]).toEqual([uuid, uuid, uuid]);
      expect(uuidToBytes(uuid).equals(bytes)).toBe(true);
      expect(isUuid(uuid)).toBe(true);
    }),
  );
  expect(uuidFromBytes(Buffer.alloc(16))).toBe(ZERO_UUID);
});

test('what is no uuid', () => {
  for (const text of [
    '',
    'AAAAAAAAAAAAAAAAAAAAAB',
    'AAAAAAAAAAAAAAAAAAAA+A',
    'AAAAAAAAAAAAAAAAAAAAAAA',
    'ÄAAAAAAAAAAAAAAAAAAAAA',
  ]) {
    expect(isUuid(text)).toBe(false);
    expect(() => uuidToBytes(text)).toThrow(ProtocolError);
  }
  expect(() => uuidFromBytes(Buffer.alloc(15))).toThrow('a uuid has 16 bytes, not 15');
});
