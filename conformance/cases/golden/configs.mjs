import { bare, FIRST, unanswered, WRONG } from './common.mjs';

/** Ottla keeps no SCRAM credentials yet. @param {import('../../lib/targets.mjs').Target} target */
const suits = (target) => target.isKafka;

const SETTINGS = ['log.cleaner.max.compaction.lag.ms', 'log.flush.interval.messages'];
const SETTING = /log\.flush\.interval\.messages/g;

/** @type {import('../../lib/golden.mjs').Golden} */
export const configs = {
  tool: 'kafka-configs',
  world: async (at, name) => {
    const topic = `${name}-topic`;
    await at.target.createTopic(topic, 1);
    // The broker is one: each world has a setting of its own, of the same type and default.
    const isJava = name.endsWith('j');
    const setting = SETTINGS[isJava ? 0 : 1];
    return { setting, ip: isJava ? '10.1.2.3' : '10.1.2.4', topic, user: `${name}-user`, client: `${name}-client` };
  },
  cases: [
    ...FIRST,
    { args: '--describe', bare: true },
    '',
    '--nope',
    '--describe --alter',
    '--describe',
    '--describe --topic $topic --add-config a=b',
    '--describe --entity-type nope --entity-name x',
    '--describe --entity-type topics --topic $topic',
    '--describe --entity-type topics --entity-type brokers',
    '--describe --entity-name x --topic $topic',
    '--describe --broker x',
    '--describe --entity-type broker-loggers',
    '--alter --entity-type topics --add-config a=1',
    '--alter --entity-type topics --entity-default --add-config a=1',
    '--alter --entity-type users --add-config a=1',
    '--alter --topic $topic',
    '--alter --topic $topic --add-config a=1 --add-config-file /no/such/file',
    '--alter --topic $topic --add-config-file /no/such/file',
    '--alter --topic $topic --add-config x',
    "--alter --topic $topic --add-config ''",
    '--alter --topic $topic --add-config ,',
    "--alter --topic $topic --delete-config ''",
    "--alter --topic $topic --add-config 'a b=1'",
    { args: '--bootstrap-server nonsense --describe --topic $topic', bare: true },
    ...['--entity-type nope', '--entity-type topics', '--topic $topic', '--entity-type users'].map((entity) =>
      bare(`--describe ${entity}`),
    ),
    ...['--describe --topic a', '--alter --topic a --add-config retention.ms=1', '--describe --user a'].map(unanswered),
    '--describe --topic $topic --command-config /no/such/file',
    `--describe --topic $topic --command-config ${WRONG}`,
    '--describe --topic $topic',
    '--alter --topic $topic --add-config retention.ms=1000000,',
    '--alter --entity-type topics --entity-name $topic --add-config cleanup.policy=[compact,delete],min.insync.replicas=1',
    '--describe --topic $topic',
    {
      args: '--describe --entity-type topics --entity-name $topic --all',
      blur: [
        [/\$setting/g, SETTINGS[0]],
        [SETTING, SETTINGS[0]],
      ],
    },
    '--alter --topic $topic --delete-config retention.ms,nope',
    '--alter --topic $topic --delete-config retention.ms',
    '--describe --topic $topic --force',
    '--alter --topic $topic --add-config retention.ms=soon',
    '--alter --topic $topic --add-config nope=1',
    '--describe --entity-type topics --entity-name no-such-topic',
    '--alter --broker 1 --add-config $setting=9223372036854775806',
    { args: '--describe --broker 1', keep: /^Dynamic|\$setting/ },
    '--alter --broker 1 --delete-config $setting',
    '--alter --broker-defaults --add-config $setting=9223372036854775805',
    { args: '--describe --entity-type brokers --entity-default', keep: /^Default|\$setting/ },
    '--alter --entity-type brokers --entity-default --delete-config $setting',
    '--alter --broker 1 --add-config broker.rack=x',
    '--alter --broker-logger 1 --add-config nope=DEBUG',
    '--describe --user $user',
    '--alter --user $user --add-config nope=1',
    '--alter --user $user --add-config producer_byte_rate=x',
    '--alter --user $user --add-config producer_byte_rate=0x10',
    '--alter --user $user --delete-config nope',
    '--alter --user $user --delete-config producer_byte_rate',
    '--alter --user $user --add-config producer_byte_rate=1024,consumer_byte_rate=20000000,request_percentage=12.5',
    '--alter --user $user --client $client --add-config request_percentage=50',
    '--alter --entity-type users --entity-name $user --entity-type clients --entity-default --add-config consumer_byte_rate=7',
    '--alter --client $client --add-config nope=1',
    '--alter --client $client --add-config producer_byte_rate=1',
    { args: '--describe --user $user', suits },
    '--describe --user $user --client $client',
    { args: '--describe --entity-type users --entity-type clients', keep: /\$(user|client)/, sorted: true },
    { args: '--describe --entity-type clients', keep: /\$client/ },
    '--alter --user $user --delete-config producer_byte_rate,consumer_byte_rate,request_percentage',
    '--alter --ip $ip --add-config nope=1',
    '--alter --ip $ip --add-config connection_creation_rate=5',
    '--describe --ip $ip',
    '--alter --ip no.such.host.invalid --add-config connection_creation_rate=5',
    '--alter --ip $ip --delete-config connection_creation_rate',
    '--describe --ip $ip',
    '--alter --user $user --add-config SCRAM-SHA-256=[nope=1]',
    '--alter --user $user --add-config SCRAM-SHA-256=[iterations=1,password=x]',
    '--alter --user $user --add-config SCRAM-SHA-256=[password=x],producer_byte_rate=1',
    '--alter --user-defaults --add-config SCRAM-SHA-256=[password=x]',
    '--alter --user $user --client $client --add-config SCRAM-SHA-256=[password=x]',
    {
      args: '--alter --user $user --add-config SCRAM-SHA-256=[iterations=8192,password=x],SCRAM-SHA-512=[password=y]',
      suits,
    },
    { args: '--describe --user $user', suits },
    { args: '--alter --user $user --delete-config SCRAM-SHA-256', suits },
    { args: '--alter --user $user --delete-config SCRAM-SHA-256', suits },
    { args: '--describe --entity-type users', keep: /\$user/, suits },
  ],
};

/** @type {import('../../lib/golden.mjs').Golden} */
export const configs4 = {
  tool: 'kafka-configs',
  version: '4.3',
  // Kafka 3.9 has no configs of groups.
  suits: ({ kind }) => !kind.startsWith('kafka-3'),
  world: async (_, name) => ({ group: `${name}-group` }),
  cases: [
    bare('--help', { blur: [[/ip or client-metrics$/gm, 'ip, client-metrics or group']] }),
    '--describe --group $group',
    '--describe --group $group --all',
    '--describe --entity-type groups --group $group',
    '--alter --entity-type groups --add-config consumer.session.timeout.ms=45000',
    '--alter --group $group --add-config nope=1',
    '--alter --group $group --add-config consumer.session.timeout.ms=soon',
    '--alter --group $group --add-config consumer.session.timeout.ms=50000',
    '--alter --entity-type groups --entity-name $group --add-config consumer.heartbeat.interval.ms=6000',
    '--describe --group $group',
    { args: '--describe --entity-type groups', keep: /\$group/ },
    '--alter --group $group --delete-config consumer.session.timeout.ms,nope',
    '--alter --group $group --delete-config consumer.session.timeout.ms,consumer.heartbeat.interval.ms',
    '--describe --group $group',
  ],
};
