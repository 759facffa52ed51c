// In place of the suite's script that asks the broker in its container. TOPIC, PARTITIONS and the suite's own variables are in the environment.
const { Kafka } = require(process.env.SUITE_BUNDLE);

const { PARTITIONS, SUITE_PORT, TOPIC } = process.env;
const admin = new Kafka({ brokers: [`localhost:${SUITE_PORT}`], logLevel: 0 }).admin();

void (async () => {
  await admin.connect();
  await admin.createPartitions({ topicPartitions: [{ topic: TOPIC, count: Number(PARTITIONS) }] });
  await admin.disconnect();
})();
