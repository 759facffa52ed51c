/** What the data path asks of a topic's configuration, beside what its log reads itself. */
export interface TopicSettings {
  /** `message.downconversion.enable`. */
  downConversionEnabled(topic: string): boolean;
  /** `compression.type`. */
  compressionType(topic: string): string;
  /** Cap on one decompressed batch, bytes: what is larger counts as undecodable. */
  decompressedBytesMax(): number;
}
