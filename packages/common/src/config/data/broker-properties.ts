// Broker properties, one a line, sorted: name|type|importance|default|valid|flags. Facts of Apache Kafka 3.9.2, and of 4.3.1 for
// what only it has (flag only-4.3). Default "null": none; valid as Kafka's validators print themselves.
// Flags per-broker and cluster-wide: how it may be changed at run time; read-only without. Properties of ssl, sasl,
// remote storage, ZooKeeper and security are in broker-security-properties.ts.
export const BROKER_PROPERTIES = `
add.partitions.to.txn.retry.backoff.max.ms|INT|high|100|[0,...]|only-4.3
add.partitions.to.txn.retry.backoff.ms|INT|high|20|[1,...]|only-4.3
advertised.listeners|STRING|high|null||per-broker
alter.config.policy.class.name|CLASS|low|null||
alter.config.policy.kraft.compatibility.enable|BOOLEAN|low|false||only-3.9
alter.log.dirs.replication.quota.window.num|INT|low|11|[1,...]|
alter.log.dirs.replication.quota.window.size.seconds|INT|low|1|[1,...]|
authorizer.class.name|STRING|low||non-null string|
auto.create.topics.enable|BOOLEAN|high|true||
auto.include.jmx.reporter|BOOLEAN|low|true||only-3.9
auto.leader.rebalance.enable|BOOLEAN|high|true||
background.threads|INT|high|10|[1,...]|cluster-wide
broker.heartbeat.interval.ms|INT|medium|2000||
broker.id|INT|high|-1||
broker.id.generation.enable|BOOLEAN|medium|true||only-3.9
broker.rack|STRING|medium|null||
broker.session.timeout.ms|INT|medium|9000||
client.quota.callback.class|CLASS|low|null||
compression.gzip.level|INT|medium|-1|[1,...,9] or -1|cluster-wide
compression.lz4.level|INT|medium|9|[1,...,17]|cluster-wide
compression.type|STRING|high|producer|[uncompressed, zstd, lz4, snappy, gzip, producer]|cluster-wide
compression.zstd.level|INT|medium|3|[-131072,...,22]|cluster-wide
config.providers|LIST|low|||only-4.3
connection.failed.authentication.delay.ms|INT|low|100|[0,...]|
connections.max.idle.ms|LONG|medium|600000||
connections.max.reauth.ms|LONG|medium|0||
control.plane.listener.name|STRING|high|null||only-3.9
controlled.shutdown.enable|BOOLEAN|medium|true||
controlled.shutdown.max.retries|INT|medium|3||only-3.9
controlled.shutdown.retry.backoff.ms|LONG|medium|5000||only-3.9
controller.listener.names|STRING|high|null||
controller.performance.always.log.threshold.ms|LONG|medium|2000|[0,...]|internal only-4.3
controller.performance.sample.period.ms|LONG|medium|60000|[100,...]|internal only-4.3
controller.quorum.append.linger.ms|INT|medium|25||
controller.quorum.auto.join.enable|BOOLEAN|low|false||only-4.3
controller.quorum.bootstrap.servers|LIST|high||non-empty list|
controller.quorum.election.backoff.max.ms|INT|high|1000||
controller.quorum.election.timeout.ms|INT|high|1000||
controller.quorum.fetch.max.bytes|INT|low|1048576|[1,...]|only-4.3
controller.quorum.fetch.snapshot.max.bytes|INT|low|1048576|[1,...]|only-4.3
controller.quorum.fetch.timeout.ms|INT|high|2000||
controller.quorum.request.timeout.ms|INT|medium|2000||
controller.quorum.retry.backoff.ms|INT|low|20||
controller.quorum.voters|LIST|high||non-empty list|
controller.quota.window.num|INT|low|11|[1,...]|
controller.quota.window.size.seconds|INT|low|1|[1,...]|
controller.socket.timeout.ms|INT|medium|30000||
cordoned.log.dirs|LIST|medium|||only-4.3
create.topic.policy.class.name|CLASS|low|null||
default.replication.factor|INT|medium|1||
delete.records.purgatory.purge.interval.requests|INT|medium|1||
delete.topic.enable|BOOLEAN|high|true||
early.start.listeners|STRING|high|null||
eligible.leader.replicas.enable|BOOLEAN|high|false||only-3.9
fetch.max.bytes|INT|medium|57671680|[1024,...]|
fetch.purgatory.purge.interval.requests|INT|medium|1000||
follower.fetch.last.tiered.offset.enable|BOOLEAN|medium|false||only-4.3
group.consumer.assignment.interval.ms|INT|medium|1000|[0,...]|only-4.3
group.consumer.assignors|LIST|medium|org.apache.kafka.coordinator.group.assignor.UniformAssignor,org.apache.kafka.coordinator.group.assignor.RangeAssignor||
group.consumer.heartbeat.interval.ms|INT|medium|5000|[1,...]|
group.consumer.max.assignment.interval.ms|INT|medium|15000|[0,...]|only-4.3
group.consumer.max.heartbeat.interval.ms|INT|medium|15000|[1,...]|
group.consumer.max.session.timeout.ms|INT|medium|60000|[1,...]|
group.consumer.max.size|INT|medium|2147483647|[1,...]|
group.consumer.migration.policy|STRING|medium|disabled|(case insensitive) [DISABLED, DOWNGRADE, UPGRADE, BIDIRECTIONAL]|internal
group.consumer.min.assignment.interval.ms|INT|medium|0|[0,...]|only-4.3
group.consumer.min.heartbeat.interval.ms|INT|medium|5000|[1,...]|
group.consumer.min.session.timeout.ms|INT|medium|45000|[1,...]|
group.consumer.regex.refresh.interval.ms|INT|medium|600000|[10000,...]|internal only-4.3
group.consumer.session.timeout.ms|INT|medium|45000|[1,...]|
group.coordinator.append.linger.ms|INT|medium|10|[0,...]|
group.coordinator.background.threads|INT|high|2|[1,...]|only-4.3
group.coordinator.cached.buffer.max.bytes|INT|medium|1048588|[524288,...]|only-4.3
group.coordinator.new.enable|BOOLEAN|medium|false||internal only-3.9
group.coordinator.rebalance.protocols|LIST|medium|classic|[consumer, classic, share, streams]|
group.coordinator.threads|INT|medium|1|[1,...]|
group.initial.rebalance.delay.ms|INT|medium|3000||
group.max.session.timeout.ms|INT|medium|1800000||
group.max.size|INT|medium|2147483647|[1,...]|
group.min.session.timeout.ms|INT|medium|6000||
group.share.assignment.interval.ms|INT|medium|1000|[0,...]|only-4.3
group.share.assignors|LIST|medium|simple||only-4.3
group.share.delivery.count.limit|INT|medium|5|[2,...,10]|
group.share.enable|BOOLEAN|medium|false||internal only-3.9
group.share.heartbeat.interval.ms|INT|medium|5000|[1,...]|
group.share.initialize.retry.interval.ms|INT|low|30000|[1,...]|internal only-4.3
group.share.max.assignment.interval.ms|INT|medium|15000|[0,...]|only-4.3
group.share.max.delivery.count.limit|INT|medium|10|[5,...,25]|only-4.3
group.share.max.groups|SHORT|medium|10|[1,...,100]|only-3.9
group.share.max.heartbeat.interval.ms|INT|medium|15000|[1,...]|
group.share.max.partition.max.record.locks|INT|medium|4000|[2000,...,10000]|only-4.3
group.share.max.record.lock.duration.ms|INT|medium|60000|[30000,...,3600000]|
group.share.max.session.timeout.ms|INT|medium|60000|[1,...]|
group.share.max.share.sessions|INT|medium|2000|[1,...]|only-4.3
group.share.max.size|SHORT|medium|200|[10,...,1000]|
group.share.min.assignment.interval.ms|INT|medium|0|[0,...]|only-4.3
group.share.min.delivery.count.limit|INT|medium|2|[2,...,5]|only-4.3
group.share.min.heartbeat.interval.ms|INT|medium|5000|[1,...]|
group.share.min.partition.max.record.locks|INT|medium|100|[100,...,2000]|only-4.3
group.share.min.record.lock.duration.ms|INT|medium|15000|[1000,...,30000]|
group.share.min.session.timeout.ms|INT|medium|45000|[1,...]|
group.share.partition.max.record.locks|INT|medium|200|[100,...,10000]|
group.share.persister.class.name|STRING|medium|org.apache.kafka.server.share.persister.DefaultStatePersister||internal only-4.3
group.share.record.lock.duration.ms|INT|medium|30000|[1000,...,60000]|
group.share.session.timeout.ms|INT|medium|45000|[1,...]|
group.streams.assignment.interval.ms|INT|medium|1000|[0,...]|only-4.3
group.streams.heartbeat.interval.ms|INT|medium|5000|[1,...]|only-4.3
group.streams.initial.rebalance.delay.ms|INT|medium|3000|[0,...]|only-4.3
group.streams.max.assignment.interval.ms|INT|medium|15000|[0,...]|only-4.3
group.streams.max.heartbeat.interval.ms|INT|medium|15000|[1,...]|only-4.3
group.streams.max.session.timeout.ms|INT|medium|60000|[1,...]|only-4.3
group.streams.max.size|INT|medium|2147483647|[1,...]|only-4.3
group.streams.max.standby.replicas|INT|medium|2|[0,...]|only-4.3
group.streams.min.assignment.interval.ms|INT|medium|0|[0,...]|only-4.3
group.streams.min.heartbeat.interval.ms|INT|medium|5000|[1,...]|only-4.3
group.streams.min.session.timeout.ms|INT|medium|45000|[1,...]|only-4.3
group.streams.num.standby.replicas|INT|medium|0|[0,...]|only-4.3
group.streams.session.timeout.ms|INT|medium|45000|[1,...]|only-4.3
initial.broker.registration.timeout.ms|INT|medium|60000||
inter.broker.listener.name|STRING|medium|null||
inter.broker.protocol.version|STRING|medium|3.9-IV0|version|only-3.9
internal.metadata.delete.delay.millis|LONG|low|60000||internal only-4.3
internal.metadata.log.segment.bytes|INT|low|null||internal only-4.3
internal.metadata.max.batch.size.in.bytes|INT|low|8388608||internal only-4.3
kafka.metrics.polling.interval.secs|INT|low|10|[1,...]|
kafka.metrics.reporters|LIST|low|||
leader.imbalance.check.interval.seconds|LONG|high|300|[1,...]|
leader.imbalance.per.broker.percentage|INT|high|10||only-3.9
listener.security.protocol.map|STRING|low|SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT||per-broker
listeners|STRING|high|PLAINTEXT://:9092||per-broker
log.cleaner.backoff.ms|LONG|medium|15000|[0,...]|cluster-wide
log.cleaner.dedupe.buffer.size|LONG|medium|134217728||cluster-wide
log.cleaner.delete.retention.ms|LONG|medium|86400000|[0,...]|cluster-wide
log.cleaner.enable|BOOLEAN|medium|true||
log.cleaner.io.buffer.load.factor|DOUBLE|medium|0.9||cluster-wide
log.cleaner.io.buffer.size|INT|medium|524288|[0,...]|cluster-wide
log.cleaner.io.max.bytes.per.second|DOUBLE|medium|1.7976931348623157E308||cluster-wide
log.cleaner.max.compaction.lag.ms|LONG|medium|9223372036854775807|[1,...]|cluster-wide
log.cleaner.min.cleanable.ratio|DOUBLE|medium|0.5|[0,...,1]|cluster-wide
log.cleaner.min.compaction.lag.ms|LONG|medium|0|[0,...]|cluster-wide
log.cleaner.threads|INT|medium|1|[0,...]|cluster-wide
log.cleanup.policy|LIST|medium|delete|[compact, delete]|cluster-wide
log.dir|STRING|high|/tmp/kafka-logs||
log.dir.failure.timeout.ms|LONG|low|30000|[1,...]|
log.dirs|STRING|high|null||
log.flush.interval.messages|LONG|high|9223372036854775807|[1,...]|cluster-wide
log.flush.interval.ms|LONG|high|null||cluster-wide
log.flush.offset.checkpoint.interval.ms|INT|high|60000|[0,...]|
log.flush.scheduler.interval.ms|LONG|high|9223372036854775807||
log.flush.start.offset.checkpoint.interval.ms|INT|high|60000|[0,...]|
log.index.interval.bytes|INT|medium|4096|[0,...]|cluster-wide
log.index.size.max.bytes|INT|medium|10485760|[4,...]|cluster-wide
log.initial.task.delay.ms|LONG|low|30000|[0,...]|internal
log.local.retention.bytes|LONG|medium|-2|[-2,...]|cluster-wide
log.local.retention.ms|LONG|medium|-2|[-2,...]|cluster-wide
log.message.downconversion.enable|BOOLEAN|low|true||cluster-wide only-3.9
log.message.format.version|STRING|medium|3.0-IV1|version|only-3.9
log.message.timestamp.after.max.ms|LONG|medium|9223372036854775807|[0,...]|cluster-wide
log.message.timestamp.before.max.ms|LONG|medium|9223372036854775807|[0,...]|cluster-wide
log.message.timestamp.difference.max.ms|LONG|medium|9223372036854775807|[0,...]|cluster-wide only-3.9
log.message.timestamp.type|STRING|medium|CreateTime|[CreateTime, LogAppendTime]|cluster-wide
log.preallocate|BOOLEAN|medium|false||cluster-wide
log.retention.bytes|LONG|high|-1||cluster-wide
log.retention.check.interval.ms|LONG|medium|300000|[1,...]|
log.retention.hours|INT|high|168||
log.retention.minutes|INT|high|null||
log.retention.ms|LONG|high|null||cluster-wide
log.roll.hours|INT|high|168|[1,...]|
log.roll.jitter.hours|INT|high|0|[0,...]|
log.roll.jitter.ms|LONG|high|null||cluster-wide
log.roll.ms|LONG|high|null||cluster-wide
log.segment.bytes|INT|high|1073741824|[14,...]|cluster-wide
log.segment.delete.delay.ms|LONG|high|60000|[0,...]|cluster-wide
max.connection.creation.rate|INT|medium|2147483647|[0,...]|cluster-wide
max.connections|INT|medium|2147483647|[0,...]|cluster-wide
max.connections.per.ip|INT|medium|2147483647|[0,...]|cluster-wide
max.connections.per.ip.overrides|STRING|medium|||cluster-wide
max.incremental.fetch.session.cache.slots|INT|medium|1000|[0,...]|
max.request.partition.size.limit|INT|medium|2000|[1,...]|
message.max.bytes|INT|high|1048588|[0,...]|cluster-wide
metadata.log.dir|STRING|high|null||
metadata.log.max.record.bytes.between.snapshots|LONG|high|20971520|[1,...]|
metadata.log.max.snapshot.interval.ms|LONG|high|3600000|[0,...]|
metadata.log.segment.bytes|INT|high|1073741824|[12,...]|
metadata.log.segment.min.bytes|INT|high|8388608|[12,...]|internal only-3.9
metadata.log.segment.ms|LONG|high|604800000||
metadata.max.idle.interval.ms|INT|low|500|[0,...]|
metadata.max.retention.bytes|LONG|high|104857600||
metadata.max.retention.ms|LONG|high|604800000||
metric.reporters|LIST|low|||cluster-wide
metrics.num.samples|INT|low|2|[1,...]|
metrics.recording.level|STRING|low|INFO||
metrics.sample.window.ms|LONG|low|30000|[1,...]|
min.insync.replicas|INT|high|1|[1,...]|cluster-wide
node.id|INT|high|-1||
num.io.threads|INT|high|8|[1,...]|cluster-wide
num.network.threads|INT|high|3|[1,...]|cluster-wide
num.partitions|INT|medium|1|[1,...]|
num.recovery.threads.per.data.dir|INT|high|1|[1,...]|cluster-wide
num.replica.alter.log.dirs.threads|INT|high|null||
num.replica.fetchers|INT|high|1||cluster-wide
offset.metadata.max.bytes|INT|high|4096||
offsets.commit.required.acks|SHORT|high|-1||only-3.9
offsets.commit.timeout.ms|INT|high|5000|[1,...]|
offsets.load.buffer.size|INT|high|5242880|[1,...]|
offsets.retention.check.interval.ms|LONG|high|600000|[1,...]|
offsets.retention.minutes|INT|high|10080|[1,...]|
offsets.topic.compression.codec|INT|high|0||
offsets.topic.num.partitions|INT|high|50|[1,...]|
offsets.topic.replication.factor|SHORT|high|3|[1,...]|
offsets.topic.segment.bytes|INT|high|104857600|[1,...]|
principal.builder.class|CLASS|medium|org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder||per-broker
process.roles|LIST|high||[broker, controller]|
producer.id.expiration.check.interval.ms|INT|low|600000|[1,...]|internal
producer.id.expiration.ms|INT|low|86400000|[1,...]|cluster-wide
producer.purgatory.purge.interval.requests|INT|medium|1000||
queued.max.request.bytes|LONG|medium|-1||
queued.max.requests|INT|high|500|[1,...]|
quota.window.num|INT|low|11|[1,...]|
quota.window.size.seconds|INT|low|1|[1,...]|
replica.fetch.backoff.ms|INT|medium|1000|[0,...]|
replica.fetch.max.bytes|INT|medium|1048576|[0,...]|
replica.fetch.min.bytes|INT|high|1||
replica.fetch.response.max.bytes|INT|medium|10485760|[0,...]|
replica.fetch.wait.max.ms|INT|high|500||
replica.high.watermark.checkpoint.interval.ms|LONG|high|5000||
replica.lag.time.max.ms|LONG|high|30000||
replica.selector.class|STRING|medium|null||
replica.socket.receive.buffer.bytes|INT|high|65536||
replica.socket.timeout.ms|INT|high|30000||
replication.quota.window.num|INT|low|11|[1,...]|
replication.quota.window.size.seconds|INT|low|1|[1,...]|
request.timeout.ms|INT|high|30000||
reserved.broker.max.id|INT|medium|1000|[0,...]|only-3.9
server.max.startup.time.ms|LONG|medium|9223372036854775807|[0,...]|internal
share.coordinator.append.linger.ms|INT|medium|-1|[-1,...]|only-4.3
share.coordinator.cached.buffer.max.bytes|INT|medium|1048588|[524288,...]|only-4.3
share.coordinator.cold.partition.snapshot.interval.ms|INT|low|300000|[1,...]|internal only-4.3
share.coordinator.load.buffer.size|INT|high|5242880|[1,...]|only-4.3
share.coordinator.snapshot.update.records.per.snapshot|INT|medium|500|[0,...,500]|only-4.3
share.coordinator.state.topic.compression.codec|INT|high|0||only-4.3
share.coordinator.state.topic.min.isr|SHORT|high|2|[1,...]|only-4.3
share.coordinator.state.topic.num.partitions|INT|high|50|[1,...]|only-4.3
share.coordinator.state.topic.prune.interval.ms|INT|low|300000|[1,...]|internal only-4.3
share.coordinator.state.topic.replication.factor|SHORT|high|3|[1,...]|only-4.3
share.coordinator.state.topic.segment.bytes|INT|high|104857600|[1,...]|only-4.3
share.coordinator.threads|INT|medium|1|[1,...]|only-4.3
share.coordinator.write.timeout.ms|INT|high|5000|[1,...]|only-4.3
share.fetch.purgatory.purge.interval.requests|INT|medium|1000||only-4.3
socket.connection.setup.timeout.max.ms|LONG|medium|30000||
socket.connection.setup.timeout.ms|LONG|medium|10000||
socket.listen.backlog.size|INT|medium|50|[1,...]|
socket.receive.buffer.bytes|INT|high|102400||
socket.request.max.bytes|INT|high|104857600|[1,...]|
socket.send.buffer.bytes|INT|high|102400||
telemetry.max.bytes|INT|low|1048576|[1,...]|
transaction.abort.timed.out.transaction.cleanup.interval.ms|INT|low|10000|[1,...]|
transaction.max.timeout.ms|INT|high|900000|[1,...]|
transaction.partition.verification.enable|BOOLEAN|low|true||cluster-wide
transaction.remove.expired.transaction.cleanup.interval.ms|INT|low|3600000|[1,...]|
transaction.state.log.load.buffer.size|INT|high|5242880|[1,...]|
transaction.state.log.min.isr|INT|high|2|[1,...]|
transaction.state.log.num.partitions|INT|high|50|[1,...]|
transaction.state.log.replication.factor|SHORT|high|3|[1,...]|
transaction.state.log.segment.bytes|INT|high|104857600|[1,...]|
transaction.two.phase.commit.enable|BOOLEAN|low|false||only-4.3
transactional.id.expiration.ms|INT|high|604800000|[1,...]|
unclean.leader.election.enable|BOOLEAN|high|false||cluster-wide
unclean.leader.election.interval.ms|LONG|medium|300000|[1,...]|internal
unstable.api.versions.enable|BOOLEAN|high|false||internal
unstable.feature.versions.enable|BOOLEAN|high|false||internal
`;
