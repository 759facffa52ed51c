/*
 * partition.metadata, two lines, the second without an end of line:
 *   version: 0
 *   topic_id: <22 characters of base64url>
 */

import { type Uuid, ZERO_UUID } from '@ottla/common';
import { DamagedFileError } from './damaged-file-error.ts';

/** The file is there but does not say which topic the log belongs to. */
export class PartitionMetadataError extends DamagedFileError {
  override readonly name = 'PartitionMetadataError';
}

export function formatPartitionMetadata(topicId: Uuid): string {
  return `version: 0\ntopic_id: ${topicId}`;
}

/** Throws PartitionMetadataError. */
export function parsePartitionMetadata(text: string, path: string): Uuid {
  const lines = text.split('\n');
  const version = field(lines[0], 'version');
  if (version !== '0')
    throw new PartitionMetadataError(`Unrecognized version of partition metadata file (${path}): ${version}`);
  const topicId = field(lines[1], 'topic_id');
  if (topicId === undefined || topicId === ZERO_UUID || Buffer.from(topicId, 'base64url').length !== 16) {
    throw new PartitionMetadataError(`Invalid topic ID in partition metadata file (${path}): ${topicId}`);
  }
  return topicId;
}

function field(line: string | undefined, name: string): string | undefined {
  const match = /^\s*([^:\s]+)\s*:\s+(\S+)\s*$/.exec(line ?? '');
  return match?.[1] === name ? match[2] : undefined;
}
