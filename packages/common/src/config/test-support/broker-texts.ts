// What KafkaConfig.fromProps says to properties of a broker (with zookeeper.connect=z:2181 where nothing asks for KRaft).
// Recorded from Apache Kafka 3.9.2: one case a line, properties separated by semicolons, then the text or "ok".
export const BROKER_TEXTS = `
 -> ok
log.retention.hours=abc -> Invalid value abc for configuration log.retention.hours: Not a number of type INT
log.retention.hours= -> Invalid value  for configuration log.retention.hours: Not a number of type INT
log.retention.hours=1.5 -> Invalid value 1.5 for configuration log.retention.hours: Not a number of type INT
log.retention.hours=99999999999 -> Invalid value 99999999999 for configuration log.retention.hours: Not a number of type INT
log.retention.hours= 5  -> ok
log.retention.hours=+5 -> ok
log.retention.hours=-5 -> ok
log.retention.hours=0x10 -> Invalid value 0x10 for configuration log.retention.hours: Not a number of type INT
log.retention.ms=abc -> Invalid value abc for configuration log.retention.ms: Not a number of type LONG
log.retention.ms=-1 -> ok
log.retention.ms=0 -> requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1
log.retention.ms=-2 -> ok
log.retention.ms=9223372036854775807 -> ok
log.retention.ms=9223372036854775808 -> Invalid value 9223372036854775808 for configuration log.retention.ms: Not a number of type LONG
num.partitions=0 -> Invalid value 0 for configuration num.partitions: Value must be at least 1
num.partitions=-5 -> Invalid value -5 for configuration num.partitions: Value must be at least 1
num.partitions= -> Invalid value  for configuration num.partitions: Not a number of type INT
offsets.topic.replication.factor=70000 -> Invalid value 70000 for configuration offsets.topic.replication.factor: Not a number of type SHORT
offsets.topic.replication.factor=x -> Invalid value x for configuration offsets.topic.replication.factor: Not a number of type SHORT
offsets.topic.replication.factor=0 -> Invalid value 0 for configuration offsets.topic.replication.factor: Value must be at least 1
log.cleaner.min.cleanable.ratio=1.5 -> Invalid value 1.5 for configuration log.cleaner.min.cleanable.ratio: Value must be no more than 1
log.cleaner.min.cleanable.ratio=x -> Invalid value x for configuration log.cleaner.min.cleanable.ratio: Not a number of type DOUBLE
log.cleaner.min.cleanable.ratio=-0.1 -> Invalid value -0.1 for configuration log.cleaner.min.cleanable.ratio: Value must be at least 0
log.cleaner.min.cleanable.ratio=NaN -> ok
log.cleaner.min.cleanable.ratio=1d -> ok
log.cleaner.min.cleanable.ratio=0x1p-1 -> ok
log.cleanup.policy=foo -> Invalid value foo for configuration log.cleanup.policy: String must be one of: compact, delete
log.cleanup.policy=delete,foo -> Invalid value foo for configuration log.cleanup.policy: String must be one of: compact, delete
log.cleanup.policy= -> ok
log.cleanup.policy=delete,compact -> ok
log.cleanup.policy= delete , compact  -> ok
log.cleanup.policy=delete,delete -> ok
log.cleanup.policy=, -> Invalid value  for configuration log.cleanup.policy: String must be one of: compact, delete
delete.topic.enable=yes -> Invalid value yes for configuration delete.topic.enable: Expected value to be either true or false
delete.topic.enable=TRUE -> ok
delete.topic.enable= true  -> ok
delete.topic.enable= -> Invalid value  for configuration delete.topic.enable: Expected value to be either true or false
compression.type=brotli -> Invalid value brotli for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer
compression.type=LZ4 -> Invalid value LZ4 for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer
compression.type= -> Invalid value  for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer
log.message.timestamp.type=x -> Invalid value x for configuration log.message.timestamp.type: String must be one of: CreateTime, LogAppendTime
log.message.timestamp.type=createtime -> Invalid value createtime for configuration log.message.timestamp.type: String must be one of: CreateTime, LogAppendTime
compression.gzip.level=0 -> Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1
compression.gzip.level=10 -> Invalid value 10 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1
compression.gzip.level=-1 -> ok
compression.gzip.level=-2 -> Invalid value -2 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1
security.inter.broker.protocol=foo -> Invalid value foo for configuration security.inter.broker.protocol: String must be one of: PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL
group.consumer.migration.policy=foo -> Invalid value foo for configuration group.consumer.migration.policy: String must be one of (case insensitive): DISABLED, DOWNGRADE, UPGRADE, BIDIRECTIONAL
group.consumer.migration.policy=UPGRADE -> ok
group.consumer.migration.policy=upgrade -> ok
controller.quorum.bootstrap.servers= -> ok
controller.quorum.bootstrap.servers=, -> Failed to parse host name from  for the configuration controller.quorum.bootstrap.servers. Each entry should be in the form "{host}:{port}"
inter.broker.protocol.version=9.9 -> Invalid value 9.9 for configuration inter.broker.protocol.version: Version 9.9 is not a valid version
inter.broker.protocol.version=0.10.2 -> requirement failed: log.message.format.version 3.0-IV1 can only be used when inter.broker.protocol.version is set to version 0.11.0 or higher
inter.broker.protocol.version=3.9 -> ok
inter.broker.protocol.version=3.9-IV0 -> ok
log.message.format.version=9 -> Invalid value 9 for configuration log.message.format.version: Version 9 is not a valid version
broker.id=-2 -> requirement failed: broker.id must be greater than or equal to -1 and not greater than reserved.broker.max.id
broker.id=1001 -> requirement failed: broker.id must be greater than or equal to -1 and not greater than reserved.broker.max.id
broker.id=1000 -> ok
broker.id=x -> Invalid value x for configuration broker.id: Not a number of type INT
reserved.broker.max.id=-1 -> Invalid value -1 for configuration reserved.broker.max.id: Value must be at least 0
log.segment.bytes=13 -> Invalid value 13 for configuration log.segment.bytes: Value must be at least 14
socket.request.max.bytes=0 -> Invalid value 0 for configuration socket.request.max.bytes: Value must be at least 1
unknown.thing=1 -> ok
group.coordinator.rebalance.protocols=consumer -> Disabling the 'classic' protocol is not supported.
log.roll.ms=0 -> requirement failed: log.roll.ms must be greater than or equal to 1
log.roll.hours=0 -> Invalid value 0 for configuration log.roll.hours: Value must be at least 1
log.roll.jitter.ms=-1 -> requirement failed: log.roll.jitter.ms must be greater than or equal to 0
log.cleaner.dedupe.buffer.size=1048576 -> requirement failed: log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.
log.cleaner.dedupe.buffer.size=1048577 -> ok
log.cleaner.dedupe.buffer.size=0 -> requirement failed: log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.
offsets.commit.required.acks=-2 -> offsets.commit.required.acks must be greater or equal to -1 and less or equal to offsets.topic.replication.factor
offsets.commit.required.acks=4 -> offsets.commit.required.acks must be greater or equal to -1 and less or equal to offsets.topic.replication.factor
offsets.commit.required.acks=1 -> ok
offsets.topic.compression.codec=9 -> Unknown compression type id: 9
offsets.topic.compression.codec=4 -> ok
replica.fetch.wait.max.ms=40000 -> requirement failed: replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent unnecessary socket timeouts
replica.fetch.wait.max.ms=30001 -> requirement failed: replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent unnecessary socket timeouts
queued.max.request.bytes=1 -> requirement failed: queued.max.request.bytes must be larger or equal to socket.request.max.bytes
queued.max.request.bytes=104857600 -> ok
queued.max.request.bytes=0 -> ok
ssl.client.auth=x -> Invalid value x for configuration ssl.client.auth: String must be one of: required, requested, none
max.connections.per.ip=-1 -> Invalid value -1 for configuration max.connections.per.ip: Value must be at least 0
max.connections.per.ip=0 -> requirement failed: max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.
max.connections.per.ip.overrides=x -> Error parsing configuration property 'max.connections.per.ip.overrides': begin 0, end -1, length 1
max.connections.per.ip.overrides=127.0.0.1:5 -> ok
max.connections.per.ip.overrides=127.0.0.1: -> For input string: ""
max.connections.per.ip.overrides=foo.invalid:5,a:b -> For input string: "b"
log.dirs= -> requirement failed: At least one log directory must be defined via log.dirs or log.dir.
log.dirs=, -> requirement failed: At least one log directory must be defined via log.dirs or log.dir.
log.dirs=/a,/b -> ok
log.dirs=/a,/a -> ok
log.dir= -> requirement failed: At least one log directory must be defined via log.dirs or log.dir.
metric.reporters=a.B -> ok
ssl.principal.mapping.rules=x -> ok
replica.selector.class=a.B -> ok
authorizer.class.name=a.B -> ok
default.replication.factor=0 -> ok
num.io.threads=0 -> Invalid value 0 for configuration num.io.threads: Value must be at least 1
connections.max.idle.ms=x -> Invalid value x for configuration connections.max.idle.ms: Not a number of type LONG
log.flush.interval.ms=x -> Invalid value x for configuration log.flush.interval.ms: Not a number of type LONG
min.insync.replicas=0 -> Invalid value 0 for configuration min.insync.replicas: Value must be at least 1
message.max.bytes=-1 -> Invalid value -1 for configuration message.max.bytes: Value must be at least 0
sasl.kerberos.principal.to.local.rules=x -> ok
metrics.recording.level=x -> ok
group.max.session.timeout.ms=1 -> ok
quota.window.num=0 -> Invalid value 0 for configuration quota.window.num: Value must be at least 1
group.consumer.session.timeout.ms=1 -> group.consumer.session.timeout.ms must be greater than or equals to group.consumer.min.session.timeout.ms
group.consumer.session.timeout.ms=70000 -> group.consumer.session.timeout.ms must be less than or equals to group.consumer.max.session.timeout.ms
group.consumer.heartbeat.interval.ms=1 -> group.consumer.heartbeat.interval.ms must be greater than or equals to group.consumer.min.heartbeat.interval.ms
group.consumer.heartbeat.interval.ms=20000 -> group.consumer.heartbeat.interval.ms must be less than or equals to group.consumer.max.heartbeat.interval.ms
group.consumer.heartbeat.interval.ms=50000 -> group.consumer.heartbeat.interval.ms must be less than or equals to group.consumer.max.heartbeat.interval.ms
group.consumer.min.session.timeout.ms=70000 -> group.consumer.max.session.timeout.ms must be greater than or equals to group.consumer.min.session.timeout.ms
group.consumer.min.heartbeat.interval.ms=16000 -> group.consumer.max.heartbeat.interval.ms must be greater than or equals to group.consumer.min.heartbeat.interval.ms
group.consumer.assignors= -> ok
group.consumer.assignors=org.apache.kafka.coordinator.group.assignor.RangeAssignor -> ok
group.share.record.lock.duration.ms=1000 -> group.share.record.lock.duration.ms must be greater than or equals to group.share.min.record.lock.duration.ms
group.share.delivery.count.limit=11 -> Invalid value 11 for configuration group.share.delivery.count.limit: Value must be no more than 10
log.local.retention.ms=5 -> ok
log.local.retention.ms=-3 -> Invalid value -3 for configuration log.local.retention.ms: Value must be at least -2
log.local.retention.ms=999999999999 -> ok
log.local.retention.bytes=5 -> ok
listeners= -> requirement failed: There must be at least one broker advertised listener.
listeners=foo -> Error creating broker listeners from 'foo': Unable to parse foo to a broker endpoint
listeners=PLAINTEXT:// -> Error creating broker listeners from 'PLAINTEXT://': Unable to parse PLAINTEXT:// to a broker endpoint
listeners=PLAINTEXT://:9092,PLAINTEXT://:9093 -> requirement failed: Each listener must have a different name, listeners: PLAINTEXT://:9092,PLAINTEXT://:9093
listeners=PLAINTEXT://:9092,SSL://:9092 -> requirement failed: Each listener must have a different port, listeners: PLAINTEXT://:9092,SSL://:9092
listeners=PLAINTEXT://:9092,FOO://:9093 -> Error creating broker listeners from 'PLAINTEXT://:9092,FOO://:9093': No security protocol defined for listener FOO
listeners=plaintext://:9092 -> ok
listeners=PLAINTEXT://localhost:-1 -> ok
listeners=PLAINTEXT://localhost:70000 -> ok
listeners=PLAINTEXT://localhost:x -> Error creating broker listeners from 'PLAINTEXT://localhost:x': Unable to parse PLAINTEXT://localhost:x to a broker endpoint
listeners=PLAINTEXT://localhost -> Error creating broker listeners from 'PLAINTEXT://localhost': Unable to parse PLAINTEXT://localhost to a broker endpoint
listeners=PLAINTEXT://[::1]:9092 -> ok
listeners=PLAINTEXT://[::1:9092 -> ok
listeners=PLAINTEXT://127.0.0.1:9092,SSL://[::1]:9092,SASL_SSL://:9092 -> If you have two listeners on the same port then one needs to be IPv4 and the other IPv6, listeners: PLAINTEXT://127.0.0.1:9092,SSL://[::1]:9092,SASL_SSL://:9092, port: 9092
listeners=PLAINTEXT://0.0.0.0:0,SSL://:0 -> requirement failed: advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.
listeners=PLAINTEXT://my_host:9092 -> ok
listeners=PLAINTEXT://:9092, -> ok
listeners=SSL://:9092 -> requirement failed: inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options based on currently configured listeners are SSL
listeners=PLAINTEXT://:9092/ -> Error creating broker listeners from 'PLAINTEXT://:9092/': Unable to parse PLAINTEXT://:9092/ to a broker endpoint
listeners=PLAINTEXT://localhost:9092,SSL://otherhost:9092 -> requirement failed: Each listener must have a different port, listeners: PLAINTEXT://localhost:9092,SSL://otherhost:9092
listeners=PLAINTEXT://a:9092,PLAINTEXT://b:9092 -> requirement failed: Each listener must have a different name, listeners: PLAINTEXT://a:9092,PLAINTEXT://b:9092
advertised.listeners= -> requirement failed: There must be at least one broker advertised listener.
advertised.listeners=PLAINTEXT://0.0.0.0:9092 -> requirement failed: advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.
advertised.listeners=PLAINTEXT://:9092 -> ok
advertised.listeners=PLAINTEXT://a:9092,SSL://b:9093 -> requirement failed: advertised.listeners listener names must be equal to or a subset of the ones defined in listeners. Found PLAINTEXT,SSL. The valid options based on the current configuration are PLAINTEXT
advertised.listeners=SSL://b:9093 -> requirement failed: inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options based on currently configured listeners are SSL
advertised.listeners=PLAINTEXT://[::]:9092 -> ok
advertised.listeners=PLAINTEXT://a:0 -> ok
advertised.listeners=PLAINTEXT://a:-1 -> ok
advertised.listeners=PLAINTEXT://a:9092,PLAINTEXT://b:9093 -> requirement failed: Each listener must have a different name, listeners: PLAINTEXT://a:9092,PLAINTEXT://b:9093
advertised.listeners=x -> Error creating broker listeners from 'x': Unable to parse x to a broker endpoint
advertised.listeners=PLAINTEXT://a:9092,FOO://a:9092 -> Error creating broker listeners from 'PLAINTEXT://a:9092,FOO://a:9092': No security protocol defined for listener FOO
listener.security.protocol.map= -> Error creating broker listeners from 'PLAINTEXT://:9092': No security protocol defined for listener PLAINTEXT
listener.security.protocol.map=x -> Error parsing configuration property 'listener.security.protocol.map': begin 0, end -1, length 1
listener.security.protocol.map=PLAINTEXT:FOO -> Invalid security protocol \`FOO\` defined in listener.security.protocol.map
listener.security.protocol.map=SSL:SSL -> Error creating broker listeners from 'PLAINTEXT://:9092': No security protocol defined for listener PLAINTEXT
listener.security.protocol.map=A:PLAINTEXT,a:SSL -> Error creating broker listeners from 'PLAINTEXT://:9092': No security protocol defined for listener PLAINTEXT
listener.security.protocol.map=:PLAINTEXT -> The provided listener name is null or empty string
listener.security.protocol.map=PLAINTEXT:plaintext -> ok
inter.broker.listener.name=FOO -> Listener with name FOO defined in inter.broker.listener.name not found in listener.security.protocol.map.
inter.broker.listener.name=PLAINTEXT -> ok
inter.broker.listener.name=plaintext -> ok
inter.broker.listener.name=SSL -> requirement failed: inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options based on currently configured listeners are PLAINTEXT
control.plane.listener.name=PLAINTEXT -> requirement failed: control.plane.listener.name, when defined, should have a different value from the inter broker listener name. Currently they both have the value ListenerName(PLAINTEXT)
control.plane.listener.name=FOO -> Listener with FOO defined in control.plane.listener.name not found in listener.security.protocol.map.
early.start.listeners=FOO -> early.start.listeners contains listener FOO, but this is not contained in listeners or controller.listener.names
process.roles=broker,controller -> Missing configuration \`node.id\` which is required when \`process.roles\` is defined (i.e. when running in KRaft mode).
process.roles=broker -> Missing configuration \`node.id\` which is required when \`process.roles\` is defined (i.e. when running in KRaft mode).
process.roles=controller -> Missing configuration \`node.id\` which is required when \`process.roles\` is defined (i.e. when running in KRaft mode).
process.roles=foo -> Invalid value foo for configuration process.roles: String must be one of: broker, controller
process.roles=broker,broker -> Duplicate role names found in \`process.roles\`: ArrayBuffer(broker, broker)
node.id=5 -> ok
node.id=-2 -> requirement failed: broker.id must be greater than or equal to -1 and not greater than reserved.broker.max.id
controller.listener.names=CONTROLLER -> requirement failed: controller.listener.names must be empty when not running in KRaft mode: [CONTROLLER]
zookeeper.connect= -> ok
zookeeper.connect=z:2181/chroot -> ok
metadata.log.segment.bytes=11 -> Invalid value 11 for configuration metadata.log.segment.bytes: Value must be at least 12
transaction.state.log.min.isr=0 -> Invalid value 0 for configuration transaction.state.log.min.isr: Value must be at least 1
socket.listen.backlog.size=0 -> Invalid value 0 for configuration socket.listen.backlog.size: Value must be at least 1
num.recovery.threads.per.data.dir=0 -> Invalid value 0 for configuration num.recovery.threads.per.data.dir: Value must be at least 1
fetch.max.bytes=1023 -> Invalid value 1023 for configuration fetch.max.bytes: Value must be at least 1024
inter.broker.listener.name=PLAINTEXT;security.inter.broker.protocol=PLAINTEXT -> Only one of inter.broker.listener.name and security.inter.broker.protocol should be set.
listeners=INT://:9092,EXT://:9093;listener.security.protocol.map=INT:PLAINTEXT,EXT:PLAINTEXT -> requirement failed: inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options based on currently configured listeners are INT,EXT
listeners=INT://:9092,EXT://:9093;listener.security.protocol.map=INT:PLAINTEXT,EXT:PLAINTEXT;inter.broker.listener.name=INT -> ok
listeners=INT://:9092,EXT://:9093;listener.security.protocol.map=INT:PLAINTEXT,EXT:PLAINTEXT;inter.broker.listener.name=INT;advertised.listeners=EXT://a:1 -> requirement failed: inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options based on currently configured listeners are EXT
listeners=int://:9092;listener.security.protocol.map=INT:PLAINTEXT;inter.broker.listener.name=Int;advertised.listeners=int://a:1 -> ok
listeners=PLAINTEXT://0.0.0.0:9092 -> requirement failed: advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.
log.retention.hours=2;log.retention.minutes=3;log.retention.ms=5 -> ok
log.retention.hours=2;log.retention.minutes=3 -> ok
log.retention.hours=2 -> ok
log.retention.hours=-1 -> ok
log.retention.minutes=-1 -> ok
log.retention.minutes=0 -> requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1
log.retention.hours=0 -> requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1
log.retention.ms=-1;log.retention.hours=1 -> ok
log.retention.ms=;log.retention.hours=1 -> Invalid value  for configuration log.retention.ms: Not a number of type LONG
log.retention.hours=-2 -> ok
log.retention.ms=-7 -> ok
log.roll.hours=2 -> ok
log.roll.ms=7;log.roll.hours=2 -> ok
log.roll.jitter.hours=1 -> ok
log.roll.jitter.ms=9;log.roll.jitter.hours=1 -> ok
log.flush.scheduler.interval.ms=7 -> ok
log.flush.interval.ms=3;log.flush.scheduler.interval.ms=7 -> ok
log.dir=/a -> ok
log.dirs=/a, /b;log.dir=/c -> ok
log.dirs=  ;log.dir=/c -> requirement failed: At least one log directory must be defined via log.dirs or log.dir.
log.dir=/a,/b -> ok
log.dirs=/a,,/b -> ok
broker.id=3 -> ok
node.id=3 -> ok
broker.id=3;node.id=4 -> You must set \`node.id\` to the same value as \`broker.id\`.
broker.id=3;node.id=3 -> ok
broker.id.generation.enable=false -> requirement failed: broker.id must be greater than or equal to 0
broker.id.generation.enable=false;broker.id=5000 -> ok
broker.id=5000 -> requirement failed: broker.id must be greater than or equal to -1 and not greater than reserved.broker.max.id
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> ok
process.roles=broker,controller;controller.quorum.voters=1@localhost:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> Missing configuration \`node.id\` which is required when \`process.roles\` is defined (i.e. when running in KRaft mode).
process.roles=broker,controller;node.id=1;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> If using process.roles, either controller.quorum.bootstrap.servers must contain the set of bootstrap controllers or controller.quorum.voters must contain a parseable set of controllers.
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> requirement failed: controller.listener.names must only contain values appearing in the 'listeners' configuration when running the KRaft controller role
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> requirement failed: controller.listener.names must contain at least one value appearing in the 'listeners' configuration when running the KRaft controller role
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> ok
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> ok
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT -> ok
process.roles=broker,controller;node.id=1;controller.quorum.voters=2@x:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> requirement failed: If process.roles contains the 'controller' role, the node id 1 must be included in the set of voters controller.quorum.voters=Set(2)
process.roles=broker,controller;node.id=1;controller.quorum.voters=x;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> Invalid configuration value for controller.quorum.voters. Each entry should be in the form \`{id}@{host}:{port}\`.
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> Failed to parse host name from entry 1@localhost for the configuration controller.quorum.voters. Each entry should be in the form \`{id}@{host}:{port}\`.
process.roles=broker,controller;node.id=-1;controller.quorum.voters=1@localhost:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> Missing configuration \`node.id\` which is required when \`process.roles\` is defined (i.e. when running in KRaft mode).
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL;broker.id=1 -> ok
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL;broker.id=2 -> You must set \`node.id\` to the same value as \`broker.id\`.
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL;control.plane.listener.name=CONTROLLER -> requirement failed: control.plane.listener.name is not supported in KRaft mode.
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=CONTROLLER;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> requirement failed: inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options based on currently configured listeners are PLAINTEXT
process.roles=broker,controller,x;node.id=1;controller.quorum.voters=1@localhost:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> Invalid value x for configuration process.roles: String must be one of: broker, controller
process.roles=controller,broker,broker;node.id=1;controller.quorum.voters=1@localhost:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> Duplicate role names found in \`process.roles\`: ArrayBuffer(controller, broker, broker)
process.roles=broker,controller;node.id=1;controller.quorum.voters=;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL;controller.quorum.bootstrap.servers=localhost:9093 -> ok
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@0.0.0.0:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> ok
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL;controller.quorum.bootstrap.servers=localhost -> Failed to parse host name from localhost for the configuration controller.quorum.bootstrap.servers. Each entry should be in the form "{host}:{port}"
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093,1@localhost:9094;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.listener.names=CONTROLLER;advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093;inter.broker.listener.name=PLAINTEXT;listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL -> ok
group.consumer.session.timeout.ms=50000;group.consumer.heartbeat.interval.ms=14000 -> ok
group.consumer.max.heartbeat.interval.ms=60000;group.consumer.heartbeat.interval.ms=50000 -> ok
group.consumer.max.heartbeat.interval.ms=60000;group.consumer.heartbeat.interval.ms=45000 -> ok
group.share.session.timeout.ms=1 -> group.share.session.timeout.ms must be greater than or equals to group.share.min.session.timeout.ms
group.share.session.timeout.ms=70000 -> group.share.session.timeout.ms must be less than or equals to group.share.max.session.timeout.ms
group.share.heartbeat.interval.ms=1 -> group.share.heartbeat.interval.ms must be greater than or equals to group.share.min.heartbeat.interval.ms
group.share.heartbeat.interval.ms=20000 -> group.share.heartbeat.interval.ms must be less than or equals to group.share.max.heartbeat.interval.ms
group.share.min.session.timeout.ms=70000 -> group.share.max.session.timeout.ms must be greater than or equals to group.share.min.session.timeout.ms
group.share.min.heartbeat.interval.ms=16000 -> group.share.max.heartbeat.interval.ms must be greater than or equals to group.share.min.heartbeat.interval.ms
group.share.max.heartbeat.interval.ms=60000;group.share.heartbeat.interval.ms=50000 -> ok
group.share.record.lock.duration.ms=59999;group.share.max.record.lock.duration.ms=50000 -> group.share.max.record.lock.duration.ms must be greater than or equals to group.share.record.lock.duration.ms
group.share.max.record.lock.duration.ms=30000;group.share.min.record.lock.duration.ms=30000 -> ok
group.share.min.record.lock.duration.ms=30000;group.share.record.lock.duration.ms=20000 -> group.share.record.lock.duration.ms must be greater than or equals to group.share.min.record.lock.duration.ms
listeners=PLAINTEXT://127.0.0.1:9092,SSL://127.0.0.2:9092 -> requirement failed: If you have two listeners on the same port then one needs to be IPv4 and the other IPv6, listeners: PLAINTEXT://127.0.0.1:9092,SSL://127.0.0.2:9092, port: 9092
listeners=PLAINTEXT://127.0.0.1:9092,SSL://:9092 -> Each listener must have a different port unless exactly one listener has an IPv4 address and the other IPv6 address, listeners: PLAINTEXT://127.0.0.1:9092,SSL://:9092, port: 9092
listeners=PLAINTEXT://127.0.0.1:9092,SSL://[::1]:9092,SASL_SSL://127.0.0.3:9092 -> Each listener must have a different port unless exactly one listener has an IPv4 address and the other IPv6 address, listeners: PLAINTEXT://127.0.0.1:9092,SSL://[::1]:9092,SASL_SSL://127.0.0.3:9092, port: 9092
listeners=PLAINTEXT://h:9092,SSL://h:9092,SASL_SSL://127.0.0.3:9092 -> requirement failed: Each listener must have a different port, listeners: PLAINTEXT://h:9092,SSL://h:9092,SASL_SSL://127.0.0.3:9092
listeners=PLAINTEXT://[::1]:9092,SSL://[::2]:9092 -> requirement failed: If you have two listeners on the same port then one needs to be IPv4 and the other IPv6, listeners: PLAINTEXT://[::1]:9092,SSL://[::2]:9092, port: 9092
listeners=INTERNAL://h:9092;listener.security.protocol.map=INTERNAL:PLAINTEXT;security.inter.broker.protocol=SSL -> requirement failed: inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid options based on currently configured listeners are INTERNAL
inter.broker.listener.name=INTERNAL -> Listener with name INTERNAL defined in inter.broker.listener.name not found in listener.security.protocol.map.
inter.broker.listener.name= -> The provided listener name is null or empty string
control.plane.listener.name=CONTROLLER;listeners=PLAINTEXT://h:1,CONTROLLER://h:2;listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT -> ok
control.plane.listener.name=SSL -> requirement failed: control.plane.listener.name must be a listener name defined in advertised.listeners. The valid options based on currently configured listeners are PLAINTEXT
early.start.listeners=PLAINTEXT -> ok
remote.log.manager.copier.thread.pool.size=0 -> Invalid value 0 for configuration remote.log.manager.copier.thread.pool.size: Value can be -1 or greater than 0
remote.log.manager.copier.thread.pool.size=-2 -> Invalid value -2 for configuration remote.log.manager.copier.thread.pool.size: Value can be -1 or greater than 0
remote.log.manager.copier.thread.pool.size=-1 -> ok
log.message.format.version=2.0 -> ok
inter.broker.protocol.version=2.0 -> ok
inter.broker.protocol.version=2.0;log.message.format.version=1.0 -> ok
inter.broker.protocol.version=0.11.0 -> ok
inter.broker.protocol.version=3.9.1 -> ok
inter.broker.protocol.version=3.9.1.2 -> ok
inter.broker.protocol.version=3 -> Invalid value 3 for configuration inter.broker.protocol.version: Version 3 is not a valid version
inter.broker.protocol.version=0.10 -> Invalid value 0.10 for configuration inter.broker.protocol.version: Version 0.10 is not a valid version
inter.broker.protocol.version=3.3-IV4 -> Invalid value 3.3-IV4 for configuration inter.broker.protocol.version: Version 3.3-IV4 is not a valid version
inter.broker.protocol.version=4.0 -> Invalid value 4.0 for configuration inter.broker.protocol.version: Version 4.0 is not a valid version
inter.broker.protocol.version=4.0-IV2 -> Invalid value 4.0-IV2 for configuration inter.broker.protocol.version: Version 4.0-IV2 is not a valid version
inter.broker.protocol.version=0.8.2.1 -> requirement failed: log.message.format.version 3.0-IV1 can only be used when inter.broker.protocol.version is set to version 0.11.0 or higher
inter.broker.protocol.version=3.9.1-IV0 -> ok
inter.broker.protocol.version= -> Invalid value  for configuration inter.broker.protocol.version: Version  is not a valid version
max.connections.per.ip=0;max.connections.per.ip.overrides=127.0.0.1:5 -> ok
max.connections.per.ip.overrides=999.1.1.1:5 -> ok
max.connections.per.ip.overrides=a b:5 -> max.connections.per.ip.overrides contains invalid addresses : a b
max.connections.per.ip.overrides=localhost:5,127.0.0.1:6 -> ok
log.local.retention.ms=-1 -> ok
log.local.retention.bytes=5;log.retention.bytes=3 -> ok
log.local.retention.bytes=-1;log.retention.bytes=3 -> ok
log.local.retention.ms=999999999999;remote.log.storage.system.enable=true -> ok
connections.max.idle.ms=-1 -> ok
failed.authentication.delay.ms=1 -> ok
connection.failed.authentication.delay.ms=700000 -> requirement failed: connection.failed.authentication.delay.ms=700000 should always be less than connections.max.idle.ms=600000 to prevent failed authentication responses from timing out
connection.failed.authentication.delay.ms=600000 -> requirement failed: connection.failed.authentication.delay.ms=600000 should always be less than connections.max.idle.ms=600000 to prevent failed authentication responses from timing out
sasl.mechanism.inter.broker.protocol=PLAIN -> ok
unclean.leader.election.interval.ms=0 -> Invalid value 0 for configuration unclean.leader.election.interval.ms: Value must be at least 1
log.cleaner.io.buffer.load.factor=3 -> ok
quota.window.size.seconds=0 -> Invalid value 0 for configuration quota.window.size.seconds: Value must be at least 1
offsets.topic.num.partitions=0 -> Invalid value 0 for configuration offsets.topic.num.partitions: Value must be at least 1
transaction.state.log.replication.factor=-1 -> Invalid value -1 for configuration transaction.state.log.replication.factor: Value must be at least 1
leader.imbalance.per.broker.percentage=200 -> ok
metadata.log.dir=/x -> ok
producer.id.expiration.ms=0 -> Invalid value 0 for configuration producer.id.expiration.ms: Value must be at least 1
transaction.max.timeout.ms=0 -> Invalid value 0 for configuration transaction.max.timeout.ms: Value must be at least 1
replica.lag.time.max.ms=400 -> requirement failed: replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms to prevent frequent changes in ISR
replica.lag.time.max.ms=400;replica.socket.timeout.ms=500 -> requirement failed: replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms to prevent frequent changes in ISR
log.index.size.max.bytes=3 -> Invalid value 3 for configuration log.index.size.max.bytes: Value must be at least 4
num.network.threads=0 -> Invalid value 0 for configuration num.network.threads: Value must be at least 1
request.timeout.ms=-5 -> ok
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;controller.listener.names=CONTROLLER;listeners=CONTROLLER://:9093 -> requirement failed: There must be at least one broker advertised listener. Perhaps all listeners appear in controller.listener.names?
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;controller.listener.names=CONTROLLER;listeners=PLAINTEXT://:9092,CONTROLLER://:9093,X://:9094 -> Error creating broker listeners from 'PLAINTEXT://:9092,CONTROLLER://:9093,X://:9094': No security protocol defined for listener X
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;controller.listener.names=CONTROLLER;listeners=PLAINTEXT://:9092,CONTROLLER://0.0.0.0:9093 -> ok
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;controller.listener.names=CONTROLLER;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;advertised.listeners=CONTROLLER://x:9093 -> requirement failed: There must be at least one broker advertised listener. Perhaps all listeners appear in controller.listener.names?
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;controller.listener.names=CONTROLLER,B;listeners=PLAINTEXT://:9092,CONTROLLER://:9093 -> requirement failed: controller.listener.names must only contain values appearing in the 'listeners' configuration when running the KRaft controller role
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;controller.listener.names=PLAINTEXT;listeners=PLAINTEXT://:9092,CONTROLLER://:9093 -> Error creating broker listeners from 'PLAINTEXT://:9092,CONTROLLER://:9093': No security protocol defined for listener CONTROLLER
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;controller.listener.names=CONTROLLER;listeners=PLAINTEXT://:9092,SSL://:9094,CONTROLLER://:9093 -> Error creating broker listeners from 'PLAINTEXT://:9092,SSL://:9094,CONTROLLER://:9093': No security protocol defined for listener CONTROLLER
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;controller.listener.names=CONTROLLER;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;advertised.listeners=PLAINTEXT://0.0.0.0:9092 -> requirement failed: advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;controller.listener.names=;listeners=PLAINTEXT://:9092,CONTROLLER://:9093 -> Error creating broker listeners from 'PLAINTEXT://:9092,CONTROLLER://:9093': No security protocol defined for listener CONTROLLER
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;controller.listener.names=CONTROLLER;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;early.start.listeners=CONTROLLER -> ok
process.roles=broker,controller;node.id=5000;controller.quorum.voters=1@localhost:9093;controller.listener.names=CONTROLLER;listeners=PLAINTEXT://:9092,CONTROLLER://:9093 -> requirement failed: If process.roles contains the 'controller' role, the node id 5000 must be included in the set of voters controller.quorum.voters=Set(1)
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;controller.listener.names=CONTROLLER;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;broker.id=1 -> ok
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@a:1@b:2;controller.listener.names=CONTROLLER;listeners=PLAINTEXT://:9092,CONTROLLER://:9093 -> Invalid configuration value for controller.quorum.voters. Each entry should be in the form \`{id}@{host}:{port}\`.
process.roles=broker,controller;node.id=1;controller.quorum.voters=a@b:2;controller.listener.names=CONTROLLER;listeners=PLAINTEXT://:9092,CONTROLLER://:9093 -> Failed to parse voter ID as an integer from a
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@b:x;controller.listener.names=CONTROLLER;listeners=PLAINTEXT://:9092,CONTROLLER://:9093 -> Failed to parse host name from entry 1@b:x for the configuration controller.quorum.voters. Each entry should be in the form \`{id}@{host}:{port}\`.
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;controller.listener.names=CONTROLLER;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;controller.quorum.bootstrap.servers=a:x -> Failed to parse host name from a:x for the configuration controller.quorum.bootstrap.servers. Each entry should be in the form "{host}:{port}"
process.roles=broker,controller;node.id=1;controller.quorum.voters=,1@b:2;controller.listener.names=CONTROLLER;listeners=PLAINTEXT://:9092,CONTROLLER://:9093 -> Invalid configuration value for controller.quorum.voters. Each entry should be in the form \`{id}@{host}:{port}\`.
process.roles=broker,controller;node.id=1;controller.quorum.voters=1@localhost:9093;controller.listener.names=CONTROLLER;listeners=PLAINTEXT://:9092,CONTROLLER://:9093;group.coordinator.rebalance.protocols=classic,consumer -> ok
`;
