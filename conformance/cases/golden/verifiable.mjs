import { IMPATIENT, NOBODY, oneTopic, bare as plainBare, SETTINGS, USAGE } from './common.mjs';

/** @type {[RegExp, string][]} */
const BLUR = [[/"timestamp":\d{13}/g, '"timestamp":T'], [/"avg_throughput":\d+\.\d+/g, '"avg_throughput":F'], ...USAGE];
const bare = (args, more = {}) => plainBare(args, { blur: BLUR, ...more });
const line = (args, more = {}) => ({ args, blur: BLUR, ...more });

/** @type {import('../../lib/golden.mjs').Golden} */
export const verifiableProducer = {
  tool: 'kafka-verifiable-producer',
  world: oneTopic(),
  cases: [
    bare(''),
    bare('--help'),
    bare('--topic $topic'),
    bare('--broker-list $bootstrap --bootstrap-server $bootstrap --topic $topic'),
    bare('--bootstrap-server nonsense --topic $topic'),
    bare(`--bootstrap-server ${NOBODY} --topic a --max-messages 2 --producer.config ${IMPATIENT}`),
    line(''),
    line('--topic $topic --nonsense'),
    line('--topic $topic --max-messages x'),
    line('--topic $topic --max-messages 3 --acks 2'),
    line('--topic $topic --max-messages 3 --producer.config /no/such'),
    line('--topic $topic --max-messages 0'),
    line('--topic $topic --max-messages 3'),
    line('--topic $topic --max-messages 3 --acks 0'),
    line('--topic $topic --max-messages 3 --value-prefix 5 --message-create-time 1000'),
    line('--topic $topic --max-messages 5 --repeating-keys 2 --throughput 100'),
    line('--topic $topic --max-messages 2 --repeating-keys 0 --acks 1'),
    bare('--broker-list $bootstrap --topic $topic --max-messages 2'),
    // 3.9 names the topics of the first error only.
    line("--topic 'bad topic' --max-messages 2", { blur: [...BLUR, [/"message":"[^"]*"/g, '"message":M']] }),
  ],
};

/** @type {import('../../lib/golden.mjs').Golden} */
export const verifiableConsumer = {
  tool: 'kafka-verifiable-consumer',
  world: oneTopic({ count: 300 }),
  cases: [
    bare(''),
    bare('--topic $topic --group-id $topic-a'),
    bare('--broker-list $bootstrap --bootstrap-server $bootstrap --topic $topic --group-id $topic-a'),
    bare('--bootstrap-server nonsense --topic $topic --group-id $topic-a'),
    line('--topic $topic'),
    line('--topic $topic --group-id $topic-a --max-messages x'),
    line('--topic $topic --group-id $topic-a --consumer.config /no/such'),
    line('--topic $topic --group-id $topic-a --reset-policy foo', { stderr: 'any' }),
    line('--topic $topic --group-id $topic-a --assignment-strategy no.Such', { stderr: 'any' }),
    line('--topic $topic --group-id $topic-a --max-messages 0'),
    line('--topic $topic --group-id $topic-a --max-messages 3 --verbose --enable-autocommit --session-timeout 10000'),
    line('--topic $topic --group-id $topic-b --max-messages 300 --group-instance-id $topic-i --group-protocol CLASSIC'),
  ],
};

/** @type {import('../../lib/golden.mjs').Golden} */
export const verifiableProducer4 = {
  tool: 'kafka-verifiable-producer',
  version: '4.3',
  world: oneTopic(),
  cases: [
    line('--topic $topic --max-messages 3 --command-config /no/such'),
    line(`--topic $topic --max-messages 3 --command-config ${SETTINGS} --producer.config ${SETTINGS}`),
    line(`--topic $topic --max-messages 3 --command-config ${SETTINGS}`),
  ],
};

/** @type {import('../../lib/golden.mjs').Golden} */
export const verifiableConsumer4 = {
  tool: 'kafka-verifiable-consumer',
  version: '4.3',
  world: oneTopic({ count: 30 }),
  cases: [
    line('--topic $topic --group-id $topic-a --command-config /no/such'),
    line(`--topic $topic --group-id $topic-a --command-config ${SETTINGS} --consumer.config ${SETTINGS}`),
    line(`--topic $topic --group-id $topic-a --max-messages 30 --command-config ${SETTINGS}`),
  ],
};
