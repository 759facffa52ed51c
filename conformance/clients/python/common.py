"""What the Python client programs share: arguments, the records, events, stdin."""

import argparse
import json
import sys
import threading


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["produce", "consume", "group", "load", "topics", "configs"])
    for name in ("bootstrap", "topic", "codec", "group", "name", "instance", "assignor", "retention", "idempotent"):
        parser.add_argument("--" + name, default="")
    for name, default in (("partitions", 1), ("count", 0), ("start", 0), ("base", 0), ("max", -1), ("rate", 1000), ("session", 10000), ("offset", -1), ("time", -1), ("grow", 0)):
        parser.add_argument("--" + name, type=int, default=default)
    return parser.parse_args()


def emit(event, **fields):
    # One write a line, so that lines of several threads do not mix.
    sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
    sys.stdout.flush()


def key_of(i):
    return None if i % 10 == 3 else b"key-%d" % i


def value_of(i):
    return None if i % 10 == 5 else b"value-%d-" % i + b"abcdefghij" * (i % 10)


def headers_of(i, name):
    return [("client", name.encode()), ("n", b"%d" % i)]


def text(data):
    return None if data is None else data.decode()


def administer(args, admin):
    """The topics and configs commands, over an object with the library's way to do each step."""
    if args.command == "configs":
        emit("config", **{"retention.ms": admin.retention(args.topic)})
        admin.set_retention(args.topic, args.retention)
        emit("altered")
        emit("config", **{"retention.ms": admin.retention(args.topic)})
        return
    admin.create(args.topic, args.partitions)
    emit("created")
    try:
        admin.create(args.topic, 1)
    except Exception as error:  # each library has its own
        emit("refused", error=repr(error))
    emit("listed", found=args.topic in admin.names())
    emit("described", partitions=admin.partitions(args.topic))
    admin.grow(args.topic, args.grow)
    emit("described", partitions=admin.partitions(args.topic))
    admin.delete(args.topic)
    emit("deleted")


class Stdin:
    """Notices the word that ends the program; the end of stdin counts as that word."""

    def __init__(self):
        self.asked = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in sys.stdin:
            if line.strip() in ("leave", "stop"):
                break
        self.asked.set()
