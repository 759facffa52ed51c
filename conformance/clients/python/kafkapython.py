"""Client program for kafka-python: the newest, and 1.4."""

import sys

from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewPartitions, NewTopic
from kafka.structs import OffsetAndMetadata

from common import Stdin, administer, arguments, emit, headers_of, key_of, text, value_of


def record(message):
    emit(
        "record",
        partition=message.partition,
        offset=message.offset,
        key=text(message.key),
        value=text(message.value),
        timestamp=message.timestamp,
        headers={key: text(value) for key, value in message.headers},
    )


def produce(args):
    codec = None if args.codec == "none" else args.codec
    config = {"enable_idempotence": True} if args.idempotent == "true" else {}
    producer = KafkaProducer(bootstrap_servers=args.bootstrap, compression_type=codec, acks="all", linger_ms=20, **config)
    sent = []
    for i in range(args.start, args.start + args.count):
        sent.append(
            producer.send(
                args.topic,
                key=key_of(i),
                value=value_of(i),
                partition=i % args.partitions,
                timestamp_ms=args.base + i,
                headers=headers_of(i, args.name),
            )
        )
    for i, future in enumerate(sent, args.start):
        done = future.get(timeout=60)
        emit("acked", i=i, partition=done.partition, offset=done.offset)
    producer.close()
    emit("produced", count=args.count)


def consume(args):
    consumer = KafkaConsumer(bootstrap_servers=args.bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    partitions = [TopicPartition(args.topic, p) for p in range(args.partitions)]
    consumer.assign(partitions)
    if args.time >= 0:
        for partition, found in consumer.offsets_for_times({partition: args.time for partition in partitions}).items():
            consumer.seek(partition, found.offset)
    elif args.offset >= 0:
        for partition in partitions:
            consumer.seek(partition, args.offset)
    else:
        consumer.seek_to_beginning(*partitions)
    left = args.max
    while left > 0:
        for messages in consumer.poll(timeout_ms=500).values():
            for message in messages[: max(left, 0)]:
                record(message)
                left -= 1
    emit("done")
    consumer.close()


class Changes(ConsumerRebalanceListener):
    """Cooperative groups tell what came and what went; the others give everything up in between."""

    def __init__(self):
        self.owned = set()

    def on_partitions_revoked(self, revoked):
        self.owned.difference_update(p.partition for p in revoked)
        emit("assigned", partitions=sorted(self.owned))

    def on_partitions_assigned(self, assigned):
        self.owned.update(p.partition for p in assigned)
        emit("assigned", partitions=sorted(self.owned))


def committed(offset):
    # The leader epoch joined the metadata in version 2.1.
    return OffsetAndMetadata(offset, "", -1) if len(OffsetAndMetadata._fields) > 2 else OffsetAndMetadata(offset, "")


def group(args):
    stdin = Stdin()
    left = args.max
    more = {}
    if args.instance:
        more["group_instance_id"] = args.instance
        more["session_timeout_ms"] = args.session
    if args.assignor:
        from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor

        more["partition_assignment_strategy"] = [CooperativeStickyAssignor]
    consumer = KafkaConsumer(
        bootstrap_servers=args.bootstrap,
        group_id=args.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        heartbeat_interval_ms=500,
        max_poll_records=left if left > 0 else 500,
        **more,
    )
    consumer.subscribe([args.topic], listener=Changes())
    while left != 0 and not stdin.asked.is_set():
        done = {}
        for partition, messages in consumer.poll(timeout_ms=200).items():
            for message in messages:
                if left != 0:
                    record(message)
                    left -= 1
                    done[partition] = committed(message.offset + 1)
        if done:
            consumer.commit(done)
    consumer.close(autocommit=False)
    emit("closed")


class Admin:
    def __init__(self, bootstrap):
        self.client = KafkaAdminClient(bootstrap_servers=bootstrap)
        self.consumer = KafkaConsumer(bootstrap_servers=bootstrap)

    def create(self, topic, partitions):
        self.client.create_topics([NewTopic(topic, partitions, 1, topic_configs={"retention.ms": "3600000"})])

    def names(self):
        return self.consumer.topics()

    def partitions(self, topic):
        self.consumer.topics()  # asks for metadata anew
        return len(self.consumer.partitions_for_topic(topic))

    def grow(self, topic, partitions):
        self.client.create_partitions({topic: NewPartitions(partitions)})

    def delete(self, topic):
        self.client.delete_topics([topic])

    def retention(self, topic):
        answer = self.client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
        if isinstance(answer, dict):
            return answer["topic"][topic]["retention.ms"]["value"]
        _, _, _, _, entries = answer.resources[0]
        return next(entry[1] for entry in entries if entry[0] == "retention.ms")

    def set_retention(self, topic, value):
        self.client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs={"retention.ms": value})])


def admin(args):
    administer(args, Admin(args.bootstrap))


arguments_given = arguments()
commands = {"produce": produce, "consume": consume, "group": group, "topics": admin, "configs": admin}
commands[arguments_given.command](arguments_given)
sys.exit(0)
