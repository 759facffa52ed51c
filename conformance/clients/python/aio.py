"""Client program for aiokafka."""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

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


async def produce(args):
    producer = AIOKafkaProducer(
        bootstrap_servers=args.bootstrap,
        compression_type=None if args.codec == "none" else args.codec,
        acks="all",
        linger_ms=20,
        enable_idempotence=args.idempotent == "true",
    )
    await producer.start()
    sent = []
    for i in range(args.start, args.start + args.count):
        sent.append(
            await producer.send(
                args.topic,
                key=key_of(i),
                value=value_of(i),
                partition=i % args.partitions,
                timestamp_ms=args.base + i,
                headers=headers_of(i, args.name),
            )
        )
    for i, future in enumerate(sent, args.start):
        done = await future
        emit("acked", i=i, partition=done.partition, offset=done.offset)
    await producer.stop()
    emit("produced", count=args.count)


async def consume(args):
    consumer = AIOKafkaConsumer(bootstrap_servers=args.bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    partitions = [TopicPartition(args.topic, p) for p in range(args.partitions)]
    consumer.assign(partitions)
    if args.time >= 0:
        for partition, found in (await consumer.offsets_for_times({partition: args.time for partition in partitions})).items():
            consumer.seek(partition, found.offset)
    elif args.offset >= 0:
        for partition in partitions:
            consumer.seek(partition, args.offset)
    else:
        await consumer.seek_to_beginning(*partitions)
    for _ in range(args.max):
        record(await consumer.getone())
    emit("done")
    await consumer.stop()


class Changes(ConsumerRebalanceListener):
    def on_partitions_revoked(self, revoked):
        emit("assigned", partitions=[])

    def on_partitions_assigned(self, assigned):
        emit("assigned", partitions=sorted(p.partition for p in assigned))


async def group(args):
    stdin = Stdin()
    left = args.max
    consumer = AIOKafkaConsumer(
        bootstrap_servers=args.bootstrap,
        group_id=args.group,
        group_instance_id=args.instance or None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        heartbeat_interval_ms=500,
        session_timeout_ms=args.session,
    )
    consumer.subscribe([args.topic], listener=Changes())
    await consumer.start()
    while left != 0 and not stdin.asked.is_set():
        done = {}
        read = await consumer.getmany(timeout_ms=200, max_records=left if left > 0 else 500)
        for partition, messages in read.items():
            for message in messages:
                record(message)
                left -= 1
                done[partition] = message.offset + 1
        if done:
            await consumer.commit(done)
    await consumer.stop()
    emit("closed")


def refused(answer, field):
    for _, code, *_ in getattr(answer, field):
        if code != 0:
            raise for_code(code)(str(answer))


class Admin:
    """Its answers are those of the wire, errors are the caller's to look for."""

    def __init__(self, client, loop):
        self.client = client
        self.loop = loop

    def _wait(self, task):
        return asyncio.run_coroutine_threadsafe(task, self.loop).result(60)

    def create(self, topic, partitions):
        wanted = NewTopic(topic, partitions, 1, topic_configs={"retention.ms": "3600000"})
        refused(self._wait(self.client.create_topics([wanted])), "topic_errors")

    def names(self):
        return self._wait(self.client.list_topics())

    def partitions(self, topic):
        return len(self._wait(self.client.describe_topics([topic]))[0]["partitions"])

    def grow(self, topic, partitions):
        self._wait(self.client.create_partitions({topic: NewPartitions(partitions)}))

    def delete(self, topic):
        refused(self._wait(self.client.delete_topics([topic])), "topic_error_codes")

    def retention(self, topic):
        answers = self._wait(self.client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)]))
        _, _, _, _, entries = answers[0].resources[0]
        return next(entry[1] for entry in entries if entry[0] == "retention.ms")

    def set_retention(self, topic, value):
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, configs={"retention.ms": value})
        for code, message, *_ in self._wait(self.client.alter_configs([resource]))[0].resources:
            if code != 0:
                raise for_code(code)(message)


async def admin(args):
    client = AIOKafkaAdminClient(bootstrap_servers=args.bootstrap)
    await client.start()
    loop = asyncio.get_running_loop()
    await asyncio.to_thread(administer, args, Admin(client, loop))
    await client.close()


arguments_given = arguments()
commands = {"produce": produce, "consume": consume, "group": group, "topics": admin, "configs": admin}
asyncio.run(commands[arguments_given.command](arguments_given))
sys.exit(0)
