import { bare, FIRST, NOBODY, oneTopic, SETTINGS } from './common.mjs';

/** Times differ from run to run. */
const TIME = [/(CreateTime|LogAppendTime):\d{13}/g, '$1:T'];
const LINES = 'h:1,g:2\tk1\tv1\nh:\tk2\tNULL\nNULL\tk3\tv3\nh:ü\tNULL\tx\n';

/** Lines with keys and headers, asked for by the option of one release. @param {string} option */
const parsed = (option) => [
  { args: `--topic $topic ${option} parse.key=true`, input: 'no key' },
  { args: `--topic $topic ${option} parse.headers=true`, input: 'a:b\tv\nnothing' },
  {
    args: `--topic $topic ${option} parse.key=true ${option} parse.headers=true ${option} null.marker=NULL`,
    input: LINES,
  },
];

/** @type {import('../../lib/golden.mjs').Golden} */
export const consoleProducer = {
  tool: 'kafka-console-producer',
  world: oneTopic(),
  cases: [
    ...FIRST,
    bare('--topic $topic'),
    bare('--bootstrap-server $bootstrap'),
    bare('--bootstrap-server nonsense --topic $topic'),
    bare(`--bootstrap-server ${NOBODY} --topic a --max-block-ms 1000`, { input: 'x\n' }),
    bare(`--bootstrap-server ${NOBODY} --topic a --max-block-ms 1000 --sync`, { input: 'x\n' }),
    '--topic $topic --nonsense',
    '--topic $topic --batch-size x',
    '--topic $topic --property headers.delimiter=,',
    '--topic $topic --property null.marker=:',
    '--topic $topic --producer.config /no/such/file.properties',
    '--topic $topic --producer.config /tmp',
    ...[
      'acks=7',
      'acks',
      'linger.ms=soon',
      'buffer.memory=1.5',
      'batch.size=-1',
      'retries=3000000000',
      'enable.idempotence=maybe',
      'security.protocol=NOPE',
      'security.protocol=SASL_PLAINTEXT',
      'partitioner.class=no.such.Partitioner',
      'delivery.timeout.ms=5',
      'acks=1 --producer-property enable.idempotence=true',
      'enable.idempotence=true --producer-property max.in.flight.requests.per.connection=6',
      'enable.idempotence=false --producer-property transactional.id=x',
    ].map((property) => `--topic $topic --producer-property ${property}`),
    '--topic $topic --compression-codec brotli',
    '--topic $topic --request-required-acks 7',
    '--topic $topic --max-block-ms -1',
    // Nothing to a producer.
    { args: '--topic $topic --producer-property auto.offset.reset=foo', input: 'x\n' },
    ...parsed('--property'),
    { args: '--topic $topic --sync --compression-codec', input: 'one\r\n\ntwo' },
    {
      bare: true,
      args: '--broker-list $bootstrap --topic $topic --producer-property acks=1',
      input: 'by another name\n',
    },
    { args: "--topic 'bad topic' --max-block-ms 2000", input: 'x\n', stderr: 'any' },
  ],
};

/** @type {import('../../lib/golden.mjs').Golden} */
export const consoleConsumer = {
  tool: 'kafka-console-consumer',
  shared: true,
  world: async (at, name) => {
    await at.target.createTopic(name, 1);
    const golden = { args: ['--topic', name], input: LINES };
    const reader = ['parse.key=true', 'parse.headers=true', 'null.marker=NULL'].flatMap((each) => ['--property', each]);
    await at.tool('3.9', 'kafka-console-producer', [...golden.args, ...reader], { input: golden.input });
    return { topic: name };
  },
  cases: [
    ...FIRST,
    bare('--topic $topic'),
    '',
    '--topic $topic --include $topic',
    '--include $topic --partition 0',
    '--topic $topic --offset 3',
    '--topic $topic --partition 0 --offset soon',
    '--topic $topic --partition 0 --offset 1 --from-beginning',
    '--topic $topic --partition 0 --group g',
    '--topic $topic --group g --consumer-property group.id=h',
    '--topic $topic --from-beginning --consumer-property auto.offset.reset=latest',
    '--topic $topic --formatter no.such.Formatter',
    '--topic $topic --consumer.config /no/such/file.properties',
    '--topic $topic --consumer.config /tmp',
    '--topic $topic --isolation-level nope',
    '--topic $topic --timeout-ms x',
    '--topic $topic --partition x',
    ...[
      'auto.offset.reset=foo',
      'fetch.min.bytes=x',
      'fetch.min.bytes=-5',
      'max.poll.records=0',
      'group.protocol=nope',
      'enable.auto.commit=perhaps',
      'security.protocol=nope',
      'partition.assignment.strategy=no.such.Assignor',
      'session.timeout.ms=1000 --group g',
    ].map((property) => `--topic $topic --consumer-property ${property}`),
    '--topic $topic --partition 0 --from-beginning --max-messages 2 --value-deserializer no.such.Deserializer',
    '--topic $topic --partition 0 --from-beginning --max-messages 2 --property print.key=true --property key.deserializer=no.such.One',
    // Nothing to a consumer.
    '--topic $topic --partition 0 --from-beginning --max-messages 1 --consumer-property acks=7',
    "--topic 'bad topic' --timeout-ms 1000",
    "--topic 'bad topic' --group $topic-bad --timeout-ms 1000",
    '--topic $topic --group $topic-long --timeout-ms 1000 --consumer-property session.timeout.ms=99999999',
    bare(`--bootstrap-server ${NOBODY} --topic a --timeout-ms 1000`),
    bare(`--bootstrap-server ${NOBODY} --topic a --partition 0 --timeout-ms 1000`),
    '--topic $topic --partition 0 --from-beginning --max-messages 3',
    '--topic $topic --partition 0 --from-beginning --timeout-ms 1000',
    '--topic $topic --partition 0 --offset 2 --max-messages 2',
    '--topic $topic --partition 0 --offset earliest --max-messages 1',
    '--topic $topic --group $topic-group --from-beginning --max-messages 4 --consumer-property enable.auto.commit=false',
    '--include $topic.* --from-beginning --max-messages 4',
    ...[
      'print.key=true',
      'print.key=true --property key.separator=: --property null.literal=nothing',
      'print.headers=true --property headers.separator=; --property print.value=false',
      'print.timestamp=true --property print.offset=true --property print.partition=true --property line.separator=|',
      'key.deserializer=org.apache.kafka.common.serialization.StringDeserializer --property print.key=true',
    ].map((property) => ({
      args: `--topic $topic --partition 0 --from-beginning --max-messages 4 --property ${property}`,
      blur: [TIME],
    })),
    ...['Logging', 'NoOp'].map(
      (name) =>
        `--topic $topic --partition 0 --from-beginning --max-messages 4 --formatter kafka.tools.${name}MessageFormatter`,
    ),
    '--topic $topic --partition 0 --from-beginning --max-messages 2 --skip-message-on-error --value-deserializer org.apache.kafka.common.serialization.LongDeserializer',
    '--topic $topic --partition 0 --from-beginning --max-messages 4 --value-deserializer org.apache.kafka.common.serialization.ShortDeserializer',
  ],
};

/** @type {import('../../lib/golden.mjs').Golden} */
export const consoleProducer4 = {
  tool: 'kafka-console-producer',
  version: '4.3',
  world: oneTopic(),
  cases: [
    bare('--help'),
    '--topic $topic --reader-property headers.delimiter=,',
    '--topic $topic --reader-property =a',
    ...parsed('--reader-property'),
    '--topic $topic --reader-property a=b --property a=b',
    { args: '--topic $topic --command-property acks=1 --command-property linger.ms=0', input: 'x\n' },
    '--topic $topic --command-property linger.ms=soon',
    '--topic $topic --command-property acks=7',
    '--topic $topic --command-property acks=1 --producer-property acks=1',
    '--topic $topic --command-config /no/such/file.properties',
    { args: `--topic $topic --command-config ${SETTINGS}`, input: 'x\n' },
    `--topic $topic --command-config ${SETTINGS} --producer.config ${SETTINGS}`,
    {
      args: `--topic $topic --command-config ${SETTINGS} --property parse.key=true --producer-property acks=1`,
      input: 'a\tb',
    },
    { args: `--topic $topic --reader-property parse.key=true --producer.config ${SETTINGS}`, input: 'a\tb' },
  ],
};

/** Of brokers that are in the way of nothing new. @param {import('../../lib/targets.mjs').Target} target */
const suitsConsumerProtocol = (target) => target.kind === 'kafka-4.3';

/** @type {import('../../lib/golden.mjs').Golden} */
export const consoleConsumer4 = {
  tool: 'kafka-console-consumer',
  version: '4.3',
  shared: true,
  world: oneTopic({ count: 4 }),
  cases: [
    bare('--help'),
    '--topic $topic --partition 0 --command-property group.id=g',
    '--topic $topic --group g --command-property group.id=h',
    '--topic $topic --from-beginning --command-property auto.offset.reset=latest',
    '--topic $topic --partition 0 --command-property a=b --consumer-property a=b',
    '--topic $topic --partition 0 --command-config /no/such/file',
    `--topic $topic --partition 0 --command-config ${SETTINGS} --consumer.config ${SETTINGS}`,
    '--topic $topic --partition 0 --formatter-property a=b --property a=b',
    '--topic $topic --partition 0 --command-property isolation.level=nope',
    // The hint at the newer protocol of groups, and who does not get it.
    '--topic $topic --from-beginning --max-messages 4 --command-property client.id=x',
    '--topic $topic --group $topic-classic --from-beginning --max-messages 4 --command-property group.protocol=CLASSIC --command-property enable.auto.commit=false',
    {
      args: '--topic $topic --group $topic-new --timeout-ms 1000 --command-property group.protocol=consumer',
      suits: suitsConsumerProtocol,
    },
    ...[
      '--command-property client.id=x',
      `--command-config ${SETTINGS}`,
      '--formatter-property print.key=true --formatter-property key.separator=:',
      '--formatter-property print.epoch=true --formatter-property print.delivery=true --formatter-property print.offset=true',
      '--formatter-property print.headers=true --consumer-property client.id=x',
      `--command-config ${SETTINGS} --property print.partition=true`,
      `--command-property client.id=x --consumer.config ${SETTINGS}`,
    ].map((args) => ({
      args: `--topic $topic --partition 0 --from-beginning --max-messages 4 ${args}`,
      // It makes its records anew for the formatter, and forgets their epochs.
      java: (stdout) => stdout.replaceAll('Epoch:NOT_PRESENT', 'Epoch:0'),
    })),
  ],
};
