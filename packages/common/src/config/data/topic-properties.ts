// Topic properties, one a line, sorted: name|type|importance|default|valid|flags. Facts of Apache Kafka 3.9.2, and of 4.3.1 for
// what only it has (flag only-4.3). Default "null": none; valid as Kafka's validators print themselves.
// Flag broker=NAME: the broker property that gives the default.
export const TOPIC_PROPERTIES = `
cleanup.policy|LIST|medium|delete|[compact, delete]|broker=log.cleanup.policy
compression.gzip.level|INT|medium|-1|[1,...,9] or -1|broker=compression.gzip.level
compression.lz4.level|INT|medium|9|[1,...,17]|broker=compression.lz4.level
compression.type|STRING|medium|producer|[uncompressed, zstd, lz4, snappy, gzip, producer]|broker=compression.type
compression.zstd.level|INT|medium|3|[-131072,...,22]|broker=compression.zstd.level
delete.retention.ms|LONG|medium|86400000|[0,...]|broker=log.cleaner.delete.retention.ms
file.delete.delay.ms|LONG|medium|60000|[0,...]|broker=log.segment.delete.delay.ms
flush.messages|LONG|medium|9223372036854775807|[1,...]|broker=log.flush.interval.messages
flush.ms|LONG|medium|9223372036854775807|[0,...]|broker=log.flush.interval.ms
follower.replication.throttled.replicas|LIST|medium||[partitionId]:[brokerId],[partitionId]:[brokerId],...|
index.interval.bytes|INT|medium|4096|[0,...]|broker=log.index.interval.bytes
internal.segment.bytes|INT|medium|null||internal only-4.3
leader.replication.throttled.replicas|LIST|medium||[partitionId]:[brokerId],[partitionId]:[brokerId],...|
local.retention.bytes|LONG|medium|-2|[-2,...]|broker=log.local.retention.bytes
local.retention.ms|LONG|medium|-2|[-2,...]|broker=log.local.retention.ms
max.compaction.lag.ms|LONG|medium|9223372036854775807|[1,...]|broker=log.cleaner.max.compaction.lag.ms
max.message.bytes|INT|medium|1048588|[0,...]|broker=message.max.bytes
message.downconversion.enable|BOOLEAN|low|true||only-3.9 broker=log.message.downconversion.enable
message.format.version|STRING|medium|3.0-IV1|version|only-3.9 broker=log.message.format.version
message.timestamp.after.max.ms|LONG|medium|9223372036854775807|[0,...]|broker=log.message.timestamp.after.max.ms
message.timestamp.before.max.ms|LONG|medium|9223372036854775807|[0,...]|broker=log.message.timestamp.before.max.ms
message.timestamp.difference.max.ms|LONG|medium|9223372036854775807|[0,...]|only-3.9 broker=log.message.timestamp.difference.max.ms
message.timestamp.type|STRING|medium|CreateTime|[CreateTime, LogAppendTime]|broker=log.message.timestamp.type
min.cleanable.dirty.ratio|DOUBLE|medium|0.5|[0,...,1]|broker=log.cleaner.min.cleanable.ratio
min.compaction.lag.ms|LONG|medium|0|[0,...]|broker=log.cleaner.min.compaction.lag.ms
min.insync.replicas|INT|medium|1|[1,...]|broker=min.insync.replicas
preallocate|BOOLEAN|medium|false||broker=log.preallocate
remote.log.copy.disable|BOOLEAN|medium|false||
remote.log.delete.on.disable|BOOLEAN|medium|false||
remote.storage.enable|BOOLEAN|medium|false||
retention.bytes|LONG|medium|-1||broker=log.retention.bytes
retention.ms|LONG|medium|604800000|[-1,...]|broker=log.retention.ms
segment.bytes|INT|medium|1073741824|[14,...]|broker=log.segment.bytes
segment.index.bytes|INT|medium|10485760|[4,...]|broker=log.index.size.max.bytes
segment.jitter.ms|LONG|medium|0|[0,...]|broker=log.roll.jitter.ms
segment.ms|LONG|medium|604800000|[1,...]|broker=log.roll.ms
unclean.leader.election.enable|BOOLEAN|medium|false||broker=unclean.leader.election.enable
`;
