/** What members of a group tell each other, as kafkajs reads and writes it: Java's ConsumerProtocol, its first version. */
import { joinParts, Reader, Writer } from '@ottla/protocol';

export interface ISerializer<In, Out = In> {
  encode(value: In): Buffer;
  decode(buffer: Buffer): Out | null;
}

export interface MemberMetadata {
  version: number;
  topics: string[];
  userData: Buffer;
}

export interface Assignment {
  [topic: string]: number[];
}

export interface MemberAssignment {
  version: number;
  assignment: Assignment;
  userData: Buffer;
}

/** Adds a partition; topics may be named as what every object has. */
export function assign(assignment: Assignment, topic: string, partition: number): void {
  if (Object.hasOwn(assignment, topic)) assignment[topic].push(partition);
  else assignment[topic] = [partition];
}

type Encoded<T extends { userData: Buffer }> = Omit<T, 'userData'> & { userData?: Buffer };

function bytesOf(write: (writer: Writer) => void): Buffer {
  const writer = new Writer(256);
  write(writer);
  return joinParts(writer.finish());
}

function writeUserData(writer: Writer, userData: Buffer | undefined): void {
  const bytes = userData ?? Buffer.alloc(0);
  writer.int32(bytes.length);
  writer.raw(bytes);
}

function readArray<T>(reader: Reader, one: () => T): T[] {
  const count = reader.int32();
  return Array.from({ length: Math.max(0, count) }, one);
}

function readUserData(reader: Reader): Buffer {
  const length = reader.int32();
  return length < 0 ? Buffer.alloc(0) : Buffer.from(reader.view(length));
}

const metadata: ISerializer<Encoded<MemberMetadata>, MemberMetadata> = {
  encode: ({ version, topics, userData }) =>
    bytesOf((writer) => {
      writer.int16(version);
      writer.int32(topics.length);
      for (const topic of topics) writer.string(topic);
      writeUserData(writer, userData);
    }),
  decode: (buffer) => {
    const reader = new Reader(buffer);
    const version = reader.int16();
    return { version, topics: readArray(reader, () => reader.string()), userData: readUserData(reader) };
  },
};

const assignment: ISerializer<Encoded<MemberAssignment>, MemberAssignment> = {
  encode: ({ version, assignment: topics, userData }) =>
    bytesOf((writer) => {
      const entries = Object.entries(topics);
      writer.int16(version);
      writer.int32(entries.length);
      for (const [topic, partitions] of entries) {
        writer.string(topic);
        writer.int32(partitions.length);
        for (const partition of partitions) writer.int32(partition);
      }
      writeUserData(writer, userData);
    }),
  decode: (buffer) => {
    if (buffer.length < 2) return null;
    const reader = new Reader(buffer);
    const version = reader.int16();
    const entries = readArray(reader, (): [string, number[]] => [
      reader.string(),
      readArray(reader, () => reader.int32()),
    ]);
    return { version, assignment: Object.fromEntries(entries), userData: readUserData(reader) };
  },
};

export const AssignerProtocol = { MemberMetadata: metadata, MemberAssignment: assignment };
