"""Client program for confluent-kafka (librdkafka)."""

import sys
import threading
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

from common import Stdin, arguments, emit, headers_of, key_of, text, value_of


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
    producer = Producer({"bootstrap.servers": args.bootstrap, "compression.type": args.codec, "acks": "all", "linger.ms": 20})
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
    consumer.assign([TopicPartition(args.topic, p, OFFSET_BEGINNING) for p in range(args.partitions)])
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
    consumer = Consumer(
        {
            "bootstrap.servers": args.bootstrap,
            "group.id": args.group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )

    def changed(consumer, partitions):
        emit("assigned", partitions=sorted(p.partition for p in partitions))

    consumer.subscribe([args.topic], on_assign=changed, on_revoke=lambda consumer, partitions: emit("assigned", partitions=[]))
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


arguments_given = arguments()
{"produce": produce, "consume": consume, "group": group, "load": load}[arguments_given.command](arguments_given)
sys.exit(0)
