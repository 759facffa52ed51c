import type { Broker } from '@ottla/broker';

/** What `npm start` prints once the broker is ready: where it listens, where its data is, and lines to try it. */
export function welcome(broker: Broker): string {
  const [first] = broker.listeners;
  const address = first === undefined ? '' : `${first.host}:${first.port}`;
  return `
Ottla is ready.
  listens on   ${broker.listeners.map(({ name, host, port }) => `${name}://${host}:${port}`).join(', ')}
  data in      ${broker.logDirs.join(', ')}
  an ack means acks=1: written by the leader; acks=all: written by every in-sync replica. Both survive the death of the process.

Try it, from another terminal:
  bin/kafka-topics.sh --bootstrap-server ${address} --create --topic quickstart-events --partitions 3
  echo hello | bin/kafka-console-producer.sh --bootstrap-server ${address} --topic quickstart-events
  bin/kafka-console-consumer.sh --bootstrap-server ${address} --topic quickstart-events --from-beginning --max-messages 1

Stop it with Ctrl-C.
`;
}
