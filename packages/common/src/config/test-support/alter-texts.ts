// What IncrementalAlterConfigs (validateOnly) answers on a running broker in the state that the test sets up.
// Recorded from Apache Kafka 3.9.2: one case a line, properties separated by semicolons, then the text or "ok".
export const ALTER_TEXTS = `
own num.partitions=3 -> Cannot update these configs dynamically: Set(num.partitions)
own log.retention.ms=abc -> Invalid value abc for configuration log.retention.ms: Not a number of type LONG
own log.retention.ms=0 -> requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1
own listeners=PLAINTEXT://:9 -> ok
own listeners=PLAINTEXT://127.0.0.1:33911,FOO://:9 -> Error creating broker listeners from 'PLAINTEXT://127.0.0.1:33911,FOO://:9': No security protocol defined for listener FOO
own ssl.keystore.location=/a -> These security configs can be dynamically updated only per-listener using the listener prefix: HashSet(ssl.keystore.location)
own num.io.threads=11 -> Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for num.io.threads=11, value should not be greater than double the current value 5 for configuration Invalid dynamic configuration
own num.io.threads=2 -> ok
own num.io.threads=1 -> Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for num.io.threads=1, value should be at least half the current value 5 for configuration Invalid dynamic configuration
own num.network.threads=7 -> Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for num.network.threads=7, value should not be greater than double the current value 3 for configuration Invalid dynamic configuration
own num.network.threads=1 -> ok
own num.replica.fetchers=3 -> Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for num.replica.fetchers=3, value should not be greater than double the current value 1 for configuration Invalid dynamic configuration
own background.threads=4 -> Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for background.threads=4, value should be at least half the current value 10 for configuration Invalid dynamic configuration
own num.recovery.threads.per.data.dir=4 -> Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for num.recovery.threads.per.data.dir=4, value should not be greater than double the current value 1 for configuration Invalid dynamic configuration
own log.cleaner.threads=5 -> Invalid value org.apache.kafka.common.config.ConfigException: Log cleaner threads cannot be increased to more than double the current value 2 for configuration Invalid dynamic configuration
own min.insync.replicas=0 -> Invalid value 0 for configuration min.insync.replicas: Value must be at least 1
own advertised.listeners=PLAINTEXT://a:1 -> ok
own advertised.listeners=FOO://a:1 -> Error creating broker listeners from 'FOO://a:1': No security protocol defined for listener FOO
own max.connections.per.ip=0 -> requirement failed: max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.
own unclean.leader.election.enable=x -> Invalid value x for configuration unclean.leader.election.enable: Expected value to be either true or false
own compression.type=x -> Invalid value x for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer
own message.max.bytes= -> Invalid value  for configuration message.max.bytes: Not a number of type INT
own leader.replication.throttled.rate=x -> Invalid value x for configuration leader.replication.throttled.rate: Not a number of type LONG
own listener.name.plaintext.ssl.keystore.location=/nope -> ok
own sasl.jaas.config=zz -> ok
own listener.name.plaintext.plain.sasl.jaas.config=zz -> ok
own log.roll.ms=0 -> requirement failed: log.roll.ms must be greater than or equal to 1
own log.local.retention.ms=9999999999 -> Invalid value org.apache.kafka.common.config.ConfigException: Invalid value 9999999999 for configuration log.local.retention.ms: Value must not be more than log.retention.ms property value: 60000 for configuration Invalid dynamic configuration
own log.message.timestamp.type=LogAppendTime;log.retention.ms=x -> Invalid value x for configuration log.retention.ms: Not a number of type LONG
all num.partitions=3 -> Cannot update these configs dynamically: Set(num.partitions)
all log.retention.ms=abc -> Invalid value abc for configuration log.retention.ms: Not a number of type LONG
all log.retention.ms=0 -> ok
all listeners=PLAINTEXT://:9 -> Cannot update these configs at default cluster level, broker id must be specified: Set(listeners)
all listeners=PLAINTEXT://127.0.0.1:33911,FOO://:9 -> Cannot update these configs at default cluster level, broker id must be specified: Set(listeners)
all ssl.keystore.location=/a -> These security configs can be dynamically updated only per-listener using the listener prefix: HashSet(ssl.keystore.location)
all num.io.threads=11 -> ok
all num.io.threads=2 -> ok
all num.io.threads=1 -> ok
all num.network.threads=7 -> Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for num.network.threads=7, value should not be greater than double the current value 3 for configuration Invalid dynamic configuration
all num.network.threads=1 -> ok
all num.replica.fetchers=3 -> Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for num.replica.fetchers=3, value should not be greater than double the current value 1 for configuration Invalid dynamic configuration
all background.threads=4 -> Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for background.threads=4, value should be at least half the current value 10 for configuration Invalid dynamic configuration
all num.recovery.threads.per.data.dir=4 -> Invalid value org.apache.kafka.common.config.ConfigException: Dynamic thread count update validation failed for num.recovery.threads.per.data.dir=4, value should not be greater than double the current value 1 for configuration Invalid dynamic configuration
all log.cleaner.threads=5 -> ok
all min.insync.replicas=0 -> Invalid value 0 for configuration min.insync.replicas: Value must be at least 1
all advertised.listeners=PLAINTEXT://a:1 -> Cannot update these configs at default cluster level, broker id must be specified: Set(advertised.listeners)
all advertised.listeners=FOO://a:1 -> Cannot update these configs at default cluster level, broker id must be specified: Set(advertised.listeners)
all max.connections.per.ip=0 -> requirement failed: max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.
all unclean.leader.election.enable=x -> Invalid value x for configuration unclean.leader.election.enable: Expected value to be either true or false
all compression.type=x -> Invalid value x for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer
all message.max.bytes= -> Invalid value  for configuration message.max.bytes: Not a number of type INT
all leader.replication.throttled.rate=x -> Invalid value x for configuration leader.replication.throttled.rate: Not a number of type LONG
all listener.name.plaintext.ssl.keystore.location=/nope -> Cannot update these configs at default cluster level, broker id must be specified: Set(listener.name.plaintext.ssl.keystore.location)
all sasl.jaas.config=zz -> Cannot update these configs at default cluster level, broker id must be specified: Set(sasl.jaas.config)
all listener.name.plaintext.plain.sasl.jaas.config=zz -> Cannot update these configs at default cluster level, broker id must be specified: Set(listener.name.plaintext.plain.sasl.jaas.config)
all log.roll.ms=0 -> requirement failed: log.roll.ms must be greater than or equal to 1
all log.local.retention.ms=9999999999 -> Invalid value org.apache.kafka.common.config.ConfigException: Invalid value 9999999999 for configuration log.local.retention.ms: Value must not be more than log.retention.ms property value: 60000 for configuration Invalid dynamic configuration
all log.message.timestamp.type=LogAppendTime;log.retention.ms=x -> Invalid value x for configuration log.retention.ms: Not a number of type LONG
`;
