import { KRaftVersionRecord, Reader, SnapshotFooterRecord, SnapshotHeaderRecord, VotersRecord } from '@ottla/protocol';
import {
  jsonText,
  KRaftVersionRecordShape,
  type MessageShape,
  messageToJson,
  SnapshotFooterRecordShape,
  SnapshotHeaderRecordShape,
  VotersRecordShape,
} from '@ottla/protocol/json';
import type { ControlRecordType, DecodedRecord } from '@ottla/protocol/records';

interface KnownControl {
  readonly title: string;
  readonly codec: { decode(reader: Reader, version: number): unknown };
  readonly shape: MessageShape;
}

const KNOWN: Partial<Record<ControlRecordType, KnownControl>> = {
  SNAPSHOT_HEADER: { title: 'SnapshotHeader', codec: SnapshotHeaderRecord, shape: SnapshotHeaderRecordShape },
  SNAPSHOT_FOOTER: { title: 'SnapshotFooter', codec: SnapshotFooterRecord, shape: SnapshotFooterRecordShape },
  KRAFT_VERSION: { title: 'KRaftVersion', codec: KRaftVersionRecord, shape: KRaftVersionRecordShape },
  KRAFT_VOTERS: { title: 'KRaftVoters', codec: VotersRecord, shape: VotersRecordShape },
};

/** What is printed of a control record that ends no transaction. */
export function controlRecordText(type: ControlRecordType, { key, value }: DecodedRecord): string {
  const known = KNOWN[type];
  if (known === undefined || value === null) return `controlType: ${type}(${key?.readInt16BE(2) ?? -1})`;
  // The record's first field is its version, which nothing in front of it tells; all are 0 so far.
  const version = 0;
  return `${known.title} ${jsonText(messageToJson(known.shape, known.codec.decode(new Reader(value), version), version))}`;
}
