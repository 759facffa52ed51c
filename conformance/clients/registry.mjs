// Every client library under test: how its program is built and started, and what shapes its records. What it can do says ../matrix.json.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformanceDir } from '../lib/places.mjs';
import { command, goClient, javaClient, python } from '../lib/setup.mjs';
import { nodeClient } from '../lib/setup-node.mjs';
import { logFlags, SHORT_FLAGS } from '../peers/jvm.mjs';
import { atLeast, exactVersion } from '../peers/versions.mjs';

/**
 * @typedef {object} Client
 * @property {string} name
 * @property {import('../lib/records.mjs').Abilities} abilities
 * @property {() => string} version of the library
 * @property {string} [oldest] it needs a broker that still speaks the protocol of this time; Kafka 4 dropped those before 2.1
 * @property {string} [reader] a library that only writes is read by this one
 * @property {boolean} [grows] false where it cannot add partitions
 * @property {boolean} [serves] it is slow to start: one process takes many command lines
 * @property {() => Promise<[string, string[]]>} program builds what is missing; the command to put a client command line behind
 */

/** @type {import('../lib/records.mjs').Abilities} */
const FULL = { headers: 'each', timestamps: 'set' };

const pinned = (path, pattern) => {
  const found = new RegExp(pattern, 'm').exec(readFileSync(join(conformanceDir, 'clients', path), 'utf8'));
  if (found === null) throw new Error(`${path} pins nothing that matches ${pattern}`);
  return found[1];
};

/** Sources by what each version of the library has. @param {string} version */
const javaFolders = (version) => {
  const since = (when, then, otherwise) => (atLeast(version, when) ? then : otherwise);
  return [
    'base',
    since('0.11', 'headers', since('0.10', 'no-headers', 'no-timestamps')),
    ...since('0.10', ['consumer', since('2.0', 'poll-duration', 'poll-ms')], []),
    ...since(
      '0.11',
      [
        'topics',
        since('1.0', 'grow', 'no-grow'),
        since('2.3', 'alter-some', 'alter-all'),
        since('3.1', 'describe-some', 'describe-all'),
      ],
      [],
    ),
  ];
};

/** @param {string} version @param {Partial<Client>} [more] @returns {Client} */
const java = (version, more = {}) => ({
  name: `java-${version}`,
  abilities: FULL,
  version: () => exactVersion(version),
  serves: true,
  program: async () => [
    'java',
    ['-Xmx256M', ...SHORT_FLAGS, ...logFlags(), '-cp', await javaClient(version, javaFolders(version)), 'Peer'],
  ],
  ...more,
});

/** @param {string} name @param {string} requirements @param {string} file @param {Partial<Client>} [more] @returns {Client} */
const pythonClient = (name, requirements, file, more = {}) => ({
  name,
  abilities: FULL,
  version: () => pinned(`python/${requirements}`, `^${name.replace(/-[\d.]+$/, '')}==(.+)$`),
  program: async () => [await python(requirements), [join(conformanceDir, 'clients/python', file)]],
  ...more,
});

const goVersion = (module, library) => () => pinned(`go/${module}/go.mod`, `${library} v(\\S+)`);

/**
 * @param {string} name
 * @param {string} protocol version, as the program would set it; empty for the library's default
 * @param {string} module
 * @param {Partial<Client>} [more]
 * @returns {Client}
 */
const sarama = (name, protocol, module, more = {}) => ({
  name,
  abilities: FULL,
  version: goVersion(module, 'sarama'),
  program: async () => {
    const replace = module === 'sarama-newest' ? {} : { 'github.com/IBM/sarama': 'github.com/Shopify/sarama' };
    return [await goClient(module, 'sarama', replace), protocol === '' ? [] : ['--version', protocol]];
  },
  ...more,
});

/** @param {string} name @returns {Client} */
const go = (name) => ({
  name,
  abilities: FULL,
  version: goVersion(name, name),
  program: async () => [await goClient(name, name), []],
});

/** @param {string} name of the package @param {string} file @param {'native' | 'plain'} kind @param {Partial<Client>} [more] @returns {Client} */
const node = (name, file, kind, more = {}) => ({
  name,
  abilities: FULL,
  version: () => JSON.parse(pinned('js/package.json', `("dependencies": [^}]+})`).slice(16))[name],
  program: async () => [process.execPath, [join(await nodeClient(kind), file)]],
  ...more,
});

/** @type {Client[]} */
export const CLIENTS = [
  {
    name: 'kcat',
    abilities: { headers: 'constant', timestamps: 'now' },
    version: () => /kcat - [^]*?Version (\S+)/.exec(spawnSync('kcat', ['-V']).stdout?.toString())?.[1] ?? '',
    program: async () => {
      await command('kcat');
      return [process.execPath, [join(conformanceDir, 'clients/kcat/kcat.mjs')]];
    },
  },
  pythonClient('confluent-kafka', 'requirements.txt', 'confluent.py'),
  pythonClient('kafka-python', 'requirements.txt', 'kafkapython.py'),
  pythonClient('kafka-python-1.4', 'requirements-1.4.txt', 'kafkapython.py', { oldest: '1.0' }),
  pythonClient('aiokafka', 'requirements.txt', 'aio.py'),
  java('0.8.2', {
    abilities: { headers: 'none', timestamps: 'none' },
    oldest: '0.8.2',
    reader: 'confluent-kafka',
  }),
  java('0.10.2', { abilities: { headers: 'none', timestamps: 'set' }, oldest: '0.10' }),
  java('0.11', { oldest: '0.11', grows: false }),
  java('1.1', { oldest: '1.1' }),
  java('2.0', { oldest: '2.0' }),
  java('2.8'),
  java('3.9'),
  java('4.3'),
  // With its default version it speaks the protocol of 0.8.2: messages without timestamps, offsets in Kafka but no groups.
  sarama('sarama-1.19', '', 'sarama-1.19', {
    abilities: { headers: 'none', timestamps: 'none' },
    oldest: '0.8.2',
  }),
  sarama('sarama-1.19 at 0.10.2', '0.10.2.0', 'sarama-1.19', {
    grows: false,
    abilities: { headers: 'none', timestamps: 'set' },
    oldest: '0.10.2',
  }),
  sarama('sarama-1.19 at 1.0', '1.0.0', 'sarama-1.19', { oldest: '1.0' }),
  sarama('sarama-1.33', '', 'sarama-1.33', { oldest: '1.0' }),
  // It commits with a request of 0.8.2 all the same.
  sarama('sarama-1.33 at 2.8', '2.8.0', 'sarama-1.33', { oldest: '0.8.2' }),
  sarama('sarama', '', 'sarama-newest'),
  go('kafka-go'),
  go('franz-go'),
  node('kafkajs', 'kafkajs.mjs', 'plain'),
  node('@platformatic/kafka', 'platformatic.mjs', 'plain'),
  node('@confluentinc/kafka-javascript', 'confluent.mjs', 'native', { grows: false }),
  node('node-rdkafka', 'rdkafka.mjs', 'native'),
  {
    name: 'ottla',
    abilities: FULL,
    version: () => JSON.parse(readFileSync(join(conformanceDir, '../packages/client/package.json'), 'utf8')).version,
    program: async () => [process.execPath, [join(conformanceDir, 'clients/js/ottla.mjs')]],
  },
];

/** @param {string} name @returns {Client} */
export function clientNamed(name) {
  const found = CLIENTS.find((client) => client.name === name);
  if (!found) throw new Error(`no client ${name}; there are ${CLIENTS.map((client) => client.name).join(', ')}`);
  return found;
}
