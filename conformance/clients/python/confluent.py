"""Client program for confluent-kafka (librdkafka)."""

import sys
import threading
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic

from common import Stdin, administer, arguments, emit, headers_of, key_of, text, value_of


def record(message):
    headers = {key: text(value) for key, value in (message.headers() or [])}
    emit(
        "record",
        partition=message.partition(),
        offset=message.offset(),
        key=text(message.key()),
        value=text(message.value()),
        timestamp=message.timestamp()[1],
        headers=headers,
    )


def good(message):
    if message is not None and message.error() is not None:
        raise RuntimeError(str(message.error()))
    return message


def produce(args):
    config = {"bootstrap.servers": args.bootstrap, "compression.type": args.codec, "acks": "all", "linger.ms": 500}
    producer = Producer({**config, "enable.idempotence": args.idempotent == "true"})
    failures = []

    def delivered(i):
        def report(error, message):
            if error is not None:
                failures.append(str(error))
            else:
                emit("acked", i=i, partition=message.partition(), offset=message.offset())

        return report

    for i in range(args.start, args.start + args.count):
        producer.produce(
            args.topic,
            key=key_of(i),
            value=value_of(i),
            partition=i % args.partitions,
            timestamp=args.base + i,
            headers=headers_of(i, args.name),
            on_delivery=delivered(i),
        )
        producer.poll(0)
    producer.flush(60)
    if failures:
        raise RuntimeError(failures[0])
    emit("produced", count=args.count)


def consume(args):
    consumer = Consumer({"bootstrap.servers": args.bootstrap, "group.id": "unused", "enable.auto.commit": False, "check.crcs": True})
    partitions = [TopicPartition(args.topic, p, args.offset if args.offset >= 0 else OFFSET_BEGINNING) for p in range(args.partitions)]
    if args.time >= 0:
        partitions = consumer.offsets_for_times([TopicPartition(args.topic, p, args.time) for p in range(args.partitions)], timeout=30)
    consumer.assign(partitions)
    left = args.max
    while left > 0:
        message = good(consumer.poll(1.0))
        if message is not None:
            record(message)
            left -= 1
    emit("done")
    consumer.close()


def group(args):
    stdin = Stdin()
    config = {
        "bootstrap.servers": args.bootstrap,
        "group.id": args.group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "heartbeat.interval.ms": 500,
    }
    if args.instance:
        config["group.instance.id"] = args.instance
        config["session.timeout.ms"] = args.session
    if args.assignor:
        config["partition.assignment.strategy"] = args.assignor
    consumer = Consumer(config)
    owned = set()

    # Cooperative groups tell what came and what went; the others give everything up in between.
    def came(consumer, partitions):
        owned.update(p.partition for p in partitions)
        emit("assigned", partitions=sorted(owned))

    def went(consumer, partitions):
        owned.difference_update(p.partition for p in partitions)
        emit("assigned", partitions=sorted(owned))

    consumer.subscribe([args.topic], on_assign=came, on_revoke=went, on_lost=went)
    left = args.max
    while left != 0 and not stdin.asked.is_set():
        message = good(consumer.poll(0.2))
        if message is not None:
            record(message)
            left -= 1
            if left < 0 or left == 0:
                consumer.commit(message, asynchronous=False)
    consumer.close()
    emit("closed")


def load(args):
    stdin = Stdin()
    producer = Producer(
        {
            "bootstrap.servers": args.bootstrap,
            "compression.type": args.codec or "none",
            "enable.idempotence": True,
            "linger.ms": 2,
            "message.timeout.ms": 120000,
            "reconnect.backoff.ms": 50,
            "reconnect.backoff.max.ms": 200,
        }
    )
    room = threading.Semaphore(500)

    def delivered(i):
        def report(error, message):
            room.release()
            if error is not None:
                emit("failed", i=i, error=str(error))
            else:
                emit("acked", i=i, partition=message.partition(), offset=message.offset())

        return report

    sent = 0
    begun = time.monotonic()
    while not stdin.asked.is_set():
        if sent > (time.monotonic() - begun) * args.rate:
            producer.poll(0.001)
        elif room.acquire(blocking=False):
            producer.produce(args.topic, key=args.name, value=b"%d" % sent, partition=sent % args.partitions, on_delivery=delivered(sent))
            sent += 1
            producer.poll(0)
        else:
            producer.poll(0.05)
    if producer.flush(120) > 0:
        raise RuntimeError("records are still in flight after 120 s")
    emit("stopped", sent=sent)


class Admin:
    def __init__(self, bootstrap):
        self.client = AdminClient({"bootstrap.servers": bootstrap})

    def _done(self, futures):
        return [future.result() for future in futures.values()][0]

    def create(self, topic, partitions):
        self._done(self.client.create_topics([NewTopic(topic, partitions, 1, config={"retention.ms": "3600000"})]))

    def names(self):
        return self.client.list_topics(timeout=30).topics

    def partitions(self, topic):
        return len(self.client.list_topics(topic, timeout=30).topics[topic].partitions)

    def grow(self, topic, partitions):
        self._done(self.client.create_partitions([NewPartitions(topic, partitions)]))

    def delete(self, topic):
        self._done(self.client.delete_topics([topic]))

    def retention(self, topic):
        return self._done(self.client.describe_configs([ConfigResource("topic", topic)]))["retention.ms"].value

    def set_retention(self, topic, value):
        entry = ConfigEntry("retention.ms", value, incremental_operation=AlterConfigOpType.SET)
        self._done(self.client.incremental_alter_configs([ConfigResource("topic", topic, incremental_configs=[entry])]))


def admin(args):
    administer(args, Admin(args.bootstrap))


arguments_given = arguments()
commands = {"produce": produce, "consume": consume, "group": group, "load": load, "topics": admin, "configs": admin}
commands[arguments_given.command](arguments_given)
sys.exit(0)
