import { isUuid, type Uuid } from '@ottla/protocol';
import { ToolError } from './tool.ts';

/** Java's `Uuid.fromString`. */
export function parseUuid(text: string): Uuid {
  if (isUuid(text)) return text;
  if (text.length > 24) {
    const start = text.slice(0, 24);
    throw new ToolError(`Input string with prefix \`${start}\` is too long to be decoded as a base64 UUID`);
  }
  const bytes = Buffer.from(text, 'base64url').length;
  throw new ToolError(
    `Input string \`${text}\` decoded as ${bytes} bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID`,
  );
}
