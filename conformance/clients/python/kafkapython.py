"""Client program for kafka-python: the newest, and 1.4."""

import sys

from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from common import Stdin, arguments, emit, headers_of, key_of, text, value_of


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
    producer = KafkaProducer(bootstrap_servers=args.bootstrap, compression_type=codec, acks="all", linger_ms=20)
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
    def on_partitions_revoked(self, revoked):
        emit("assigned", partitions=[])

    def on_partitions_assigned(self, assigned):
        emit("assigned", partitions=sorted(p.partition for p in assigned))


def committed(offset):
    # The leader epoch joined the metadata in version 2.1.
    return OffsetAndMetadata(offset, "", -1) if len(OffsetAndMetadata._fields) > 2 else OffsetAndMetadata(offset, "")


def group(args):
    stdin = Stdin()
    left = args.max
    consumer = KafkaConsumer(
        bootstrap_servers=args.bootstrap,
        group_id=args.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        heartbeat_interval_ms=500,
        max_poll_records=left if left > 0 else 500,
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


arguments_given = arguments()
{"produce": produce, "consume": consume, "group": group}[arguments_given.command](arguments_given)
sys.exit(0)
