/**
 * Records of the cluster's metadata log (KRaft): frame version (1), type and version as unsigned varints, then the message.
 * Java: org.apache.kafka.metadata.MetadataRecordSerde.
 */
import * as protocol from '@ottla/protocol';
import * as json from '@ottla/protocol/json';

const FRAME_VERSION = 1;

interface MetadataKind {
  readonly name: string;
  readonly codec: { decode(reader: protocol.Reader, version: number): unknown };
  readonly shape: json.MessageShape;
}

function kind<T, Init>(codec: protocol.MessageCodec<T, Init>, shape: json.MessageShape): [number, MetadataKind] {
  return [codec.apiKey, { name: codec.name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase(), codec, shape }];
}

const KINDS: ReadonlyMap<number, MetadataKind> = new Map([
  kind(protocol.RegisterBrokerRecord, json.RegisterBrokerRecordShape),
  kind(protocol.UnregisterBrokerRecord, json.UnregisterBrokerRecordShape),
  kind(protocol.TopicRecord, json.TopicRecordShape),
  kind(protocol.PartitionRecord, json.PartitionRecordShape),
  kind(protocol.ConfigRecord, json.ConfigRecordShape),
  kind(protocol.PartitionChangeRecord, json.PartitionChangeRecordShape),
  kind(protocol.FenceBrokerRecord, json.FenceBrokerRecordShape),
  kind(protocol.UnfenceBrokerRecord, json.UnfenceBrokerRecordShape),
  kind(protocol.RemoveTopicRecord, json.RemoveTopicRecordShape),
  kind(protocol.DelegationTokenRecord, json.DelegationTokenRecordShape),
  kind(protocol.UserScramCredentialRecord, json.UserScramCredentialRecordShape),
  kind(protocol.FeatureLevelRecord, json.FeatureLevelRecordShape),
  kind(protocol.ClientQuotaRecord, json.ClientQuotaRecordShape),
  kind(protocol.ProducerIdsRecord, json.ProducerIdsRecordShape),
  kind(protocol.BrokerRegistrationChangeRecord, json.BrokerRegistrationChangeRecordShape),
  kind(protocol.AccessControlEntryRecord, json.AccessControlEntryRecordShape),
  kind(protocol.RemoveAccessControlEntryRecord, json.RemoveAccessControlEntryRecordShape),
  kind(protocol.NoOpRecord, json.NoOpRecordShape),
  kind(protocol.ZkMigrationStateRecord, json.ZkMigrationStateRecordShape),
  kind(protocol.RemoveUserScramCredentialRecord, json.RemoveUserScramCredentialRecordShape),
  kind(protocol.BeginTransactionRecord, json.BeginTransactionRecordShape),
  kind(protocol.EndTransactionRecord, json.EndTransactionRecordShape),
  kind(protocol.AbortTransactionRecord, json.AbortTransactionRecordShape),
  kind(protocol.RemoveDelegationTokenRecord, json.RemoveDelegationTokenRecordShape),
  kind(protocol.RegisterControllerRecord, json.RegisterControllerRecordShape),
  kind(protocol.ClearElrRecord, json.ClearElrRecordShape),
  kind(protocol.UnregisterControllerRecord, json.UnregisterControllerRecordShape),
]);

/** The record as JSON: type, version, data. Throws an Error that says what cannot be read. */
export function metadataRecordToJson(value: Buffer): json.JsonValue {
  const reader = new protocol.Reader(value);
  const frame = reader.uvarint();
  if (frame === 0)
    throw new Error(
      'Could not deserialize metadata record with frame version 0. Note that upgrades from the preview release of ' +
        'KRaft in 2.8 to newer versions are not supported.',
    );
  if (frame !== FRAME_VERSION)
    throw new Error(
      `Could not deserialize metadata record due to unknown frame version ${frame}(only frame version 1 is supported)`,
    );
  const type = reader.uvarint();
  const version = reader.uvarint();
  const found = KINDS.get(type);
  if (found === undefined) throw new Error(`Unknown metadata id ${type}`);
  const data = json.messageToJson(found.shape, found.codec.decode(reader, version), version);
  return { type: found.name, version, data };
}
