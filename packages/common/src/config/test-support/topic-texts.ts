// What LogConfig.validate says to properties of a topic.
// Recorded from Apache Kafka 3.9.2: one case a line, properties separated by semicolons, then the text or "ok".
export const TOPIC_TEXTS = `
cleanup.policy=foo -> Invalid value foo for configuration cleanup.policy: String must be one of: compact, delete
cleanup.policy= -> ok
cleanup.policy=compact,delete -> ok
cleanup.policy=compact,foo -> Invalid value foo for configuration cleanup.policy: String must be one of: compact, delete
cleanup.policy=, -> Invalid value  for configuration cleanup.policy: String must be one of: compact, delete
cleanup.policy= compact  -> ok
retention.ms=-2 -> Invalid value -2 for configuration retention.ms: Value must be at least -1
retention.ms=-1 -> ok
retention.ms=0 -> ok
retention.ms=abc -> Invalid value abc for configuration retention.ms: Not a number of type LONG
retention.ms= -> Invalid value  for configuration retention.ms: Not a number of type LONG
retention.ms=9223372036854775808 -> Invalid value 9223372036854775808 for configuration retention.ms: Not a number of type LONG
retention.bytes=-2 -> ok
retention.bytes=x -> Invalid value x for configuration retention.bytes: Not a number of type LONG
retention.bytes=-9223372036854775808 -> ok
segment.bytes=13 -> Invalid value 13 for configuration segment.bytes: Value must be at least 14
segment.bytes=14 -> ok
segment.bytes=2147483648 -> Invalid value 2147483648 for configuration segment.bytes: Not a number of type INT
segment.bytes=1e3 -> Invalid value 1e3 for configuration segment.bytes: Not a number of type INT
min.insync.replicas=0 -> Invalid value 0 for configuration min.insync.replicas: Value must be at least 1
min.insync.replicas=-1 -> Invalid value -1 for configuration min.insync.replicas: Value must be at least 1
min.insync.replicas=x -> Invalid value x for configuration min.insync.replicas: Not a number of type INT
max.message.bytes=-1 -> Invalid value -1 for configuration max.message.bytes: Value must be at least 0
max.message.bytes=0 -> ok
compression.type=x -> Invalid value x for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer
compression.type=none -> Invalid value none for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer
compression.type=zstd -> ok
compression.zstd.level=23 -> Invalid value 23 for configuration compression.zstd.level: Value must be no more than 22
compression.zstd.level=-131073 -> Invalid value -131073 for configuration compression.zstd.level: Value must be at least -131072
compression.zstd.level=0 -> ok
compression.lz4.level=0 -> Invalid value 0 for configuration compression.lz4.level: Value must be at least 1
compression.lz4.level=18 -> Invalid value 18 for configuration compression.lz4.level: Value must be no more than 17
compression.gzip.level=0 -> Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1
message.timestamp.type=x -> Invalid value x for configuration message.timestamp.type: String must be one of: CreateTime, LogAppendTime
message.format.version=0.10 -> Invalid value 0.10 for configuration message.format.version: Version 0.10 is not a valid version
message.format.version=9 -> Invalid value 9 for configuration message.format.version: Version 9 is not a valid version
message.format.version=0.9.0 -> ok
min.cleanable.dirty.ratio=1.1 -> Invalid value 1.1 for configuration min.cleanable.dirty.ratio: Value must be no more than 1
min.cleanable.dirty.ratio=-1 -> Invalid value -1.0 for configuration min.cleanable.dirty.ratio: Value must be at least 0
min.cleanable.dirty.ratio=x -> Invalid value x for configuration min.cleanable.dirty.ratio: Not a number of type DOUBLE
preallocate=x -> Invalid value x for configuration preallocate: Expected value to be either true or false
unclean.leader.election.enable=1 -> Invalid value 1 for configuration unclean.leader.election.enable: Expected value to be either true or false
segment.ms=0 -> Invalid value 0 for configuration segment.ms: Value must be at least 1
segment.jitter.ms=-1 -> Invalid value -1 for configuration segment.jitter.ms: Value must be at least 0
flush.messages=0 -> Invalid value 0 for configuration flush.messages: Value must be at least 1
flush.ms=-1 -> Invalid value -1 for configuration flush.ms: Value must be at least 0
leader.replication.throttled.replicas=x -> Invalid value [x] for configuration leader.replication.throttled.replicas: leader.replication.throttled.replicas must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...
leader.replication.throttled.replicas=* -> ok
leader.replication.throttled.replicas=0:1,1:2 -> ok
leader.replication.throttled.replicas=0:1:2 -> Invalid value [0:1:2] for configuration leader.replication.throttled.replicas: leader.replication.throttled.replicas must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...
leader.replication.throttled.replicas= -> ok
leader.replication.throttled.replicas=a:b -> Invalid value [a:b] for configuration leader.replication.throttled.replicas: leader.replication.throttled.replicas must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...
leader.replication.throttled.replicas=none -> Invalid value [none] for configuration leader.replication.throttled.replicas: leader.replication.throttled.replicas must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...
follower.replication.throttled.replicas=x -> Invalid value [x] for configuration follower.replication.throttled.replicas: follower.replication.throttled.replicas must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...
unknown.key=1 -> Unknown topic config name: unknown.key
max.compaction.lag.ms=0 -> Invalid value 0 for configuration max.compaction.lag.ms: Value must be at least 1
remote.storage.enable=true -> ok
remote.storage.enable=x -> Invalid value x for configuration remote.storage.enable: Expected value to be either true or false
local.retention.ms=-3 -> Invalid value -3 for configuration local.retention.ms: Value must be at least -2
local.retention.ms=5 -> ok
local.retention.ms=700000000 -> ok
local.retention.bytes=5 -> ok
local.retention.bytes=-3 -> Invalid value -3 for configuration local.retention.bytes: Value must be at least -2
index.interval.bytes=-1 -> Invalid value -1 for configuration index.interval.bytes: Value must be at least 0
segment.index.bytes=3 -> Invalid value 3 for configuration segment.index.bytes: Value must be at least 4
file.delete.delay.ms=-1 -> Invalid value -1 for configuration file.delete.delay.ms: Value must be at least 0
delete.retention.ms=-1 -> Invalid value -1 for configuration delete.retention.ms: Value must be at least 0
message.timestamp.before.max.ms=-1 -> Invalid value -1 for configuration message.timestamp.before.max.ms: Value must be at least 0
message.timestamp.after.max.ms=-1 -> Invalid value -1 for configuration message.timestamp.after.max.ms: Value must be at least 0
message.timestamp.difference.max.ms=-1 -> Invalid value -1 for configuration message.timestamp.difference.max.ms: Value must be at least 0
message.timestamp.difference.max.ms=5 -> ok
message.downconversion.enable=x -> Invalid value x for configuration message.downconversion.enable: Expected value to be either true or false
remote.log.copy.disable=true -> ok
remote.log.delete.on.disable=true -> ok
min.compaction.lag.ms=-1 -> Invalid value -1 for configuration min.compaction.lag.ms: Value must be at least 0
min.compaction.lag.ms=10;max.compaction.lag.ms=5 -> conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)
local.retention.ms=10;retention.ms=5 -> ok
local.retention.bytes=10;retention.bytes=5 -> ok
cleanup.policy=compact;remote.storage.enable=true -> ok
a.b=1;c.d=2 -> Unknown topic config name: a.b
 -> ok
cleanup.policy= compact , delete ;min.cleanable.dirty.ratio=1e-3;leader.replication.throttled.replicas=0:1,1:2 -> ok
`;
