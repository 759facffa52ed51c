// Group properties (KIP-848, KIP-932, KIP-1071), one a line, sorted: name|type|importance|default|valid|flags. Facts of Apache Kafka 3.9.2, and of 4.3.1 for
// what only it has (flag only-4.3). Default "null": none; valid as Kafka's validators print themselves.
// Defaults come from the broker property with `group.` in front, where there is one.
export const GROUP_PROPERTIES = `
consumer.assignment.interval.ms|INT|medium|1000|[0,...]|only-4.3
consumer.heartbeat.interval.ms|INT|medium|5000|[1,...]|only-4.3
consumer.session.timeout.ms|INT|medium|45000|[1,...]|only-4.3
share.assignment.interval.ms|INT|medium|1000|[0,...]|only-4.3
share.auto.offset.reset|STRING|medium|latest|[latest, earliest, by_duration:PnDTnHnMn.nS]|only-4.3
share.delivery.count.limit|INT|medium|5|[2,...]|only-4.3
share.heartbeat.interval.ms|INT|medium|5000|[1,...]|only-4.3
share.isolation.level|STRING|medium|read_uncommitted|[read_committed, read_uncommitted]|only-4.3
share.partition.max.record.locks|INT|medium|2000|[100,...]|only-4.3
share.record.lock.duration.ms|INT|medium|30000|[1000,...]|only-4.3
share.renew.acknowledge.enable|BOOLEAN|medium|true||only-4.3
share.session.timeout.ms|INT|medium|45000|[1,...]|only-4.3
streams.assignment.interval.ms|INT|medium|1000|[0,...]|only-4.3
streams.heartbeat.interval.ms|INT|medium|5000|[1,...]|only-4.3
streams.initial.rebalance.delay.ms|INT|medium|3000|[0,...]|only-4.3
streams.num.standby.replicas|INT|medium|0|[0,...]|only-4.3
streams.session.timeout.ms|INT|medium|45000|[1,...]|only-4.3
`;
