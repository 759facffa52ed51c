// Every client library under test: how its program is built and started, and what the library can do.
import { join } from 'node:path';
import { conformanceDir } from '../lib/places.mjs';
import { command, goClient, javaClient, nodeClients, python } from '../lib/setup.mjs';
import { logFlags, SHORT_FLAGS } from '../peers/jvm.mjs';

/**
 * @typedef {object} Client
 * @property {string} name
 * @property {string[]} codecs it can produce and read
 * @property {import('../lib/records.mjs').Abilities} abilities
 * @property {string} [oldest] it needs a broker that still speaks the protocol of this time; Kafka 4 dropped those before 2.1
 * @property {boolean} [groups] false where it has offsets, but no groups
 * @property {() => Promise<[string, string[]]>} program builds what is missing; the command to put a client command line behind
 */

const ALL = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
/** @type {import('../lib/records.mjs').Abilities} */
const FULL = { headers: 'each', timestamps: 'set' };

/** @returns {Client} */
const java = (version, compat, more = {}) => ({
  name: `java-${version}`,
  codecs: ALL,
  abilities: FULL,
  program: async () => [
    'java',
    ['-Xmx256M', ...SHORT_FLAGS, ...logFlags(), '-cp', await javaClient(version, compat), 'Peer'],
  ],
  ...more,
});

/** @returns {Client} */
const pythonClient = (name, requirements, file, more = {}) => ({
  name,
  codecs: ALL,
  abilities: FULL,
  program: async () => [await python(requirements), [join(conformanceDir, 'clients/python', file)]],
  ...more,
});

/**
 * @param {string} name
 * @param {string} version of the protocol, as the program would set it; empty for the library's default
 * @param {string} module
 * @returns {Client}
 */
const sarama = (name, version, module, more = {}) => ({
  name,
  codecs: ALL,
  abilities: FULL,
  program: async () => {
    const replace = module === 'sarama-newest' ? {} : { 'github.com/IBM/sarama': 'github.com/Shopify/sarama' };
    return [await goClient(module, 'sarama', replace), version === '' ? [] : ['--version', version]];
  },
  ...more,
});

/** @returns {Client} */
const go = (name) => ({ name, codecs: ALL, abilities: FULL, program: async () => [await goClient(name, name), []] });

/** @type {Client[]} */
export const CLIENTS = [
  {
    name: 'kcat',
    codecs: ALL,
    abilities: { headers: 'constant', timestamps: 'now' },
    program: async () => {
      await command('kcat');
      return [process.execPath, [join(conformanceDir, 'clients/kcat/kcat.mjs')]];
    },
  },
  pythonClient('confluent-kafka', 'requirements.txt', 'confluent.py'),
  java('0.10.2', 'plain', {
    codecs: ['none', 'gzip', 'snappy', 'lz4'],
    abilities: { headers: 'none', timestamps: 'set' },
    oldest: '0.10',
  }),
  java('2.8', 'headers'),
  java('3.9', 'headers'),
  java('4.3', 'headers'),
  pythonClient('kafka-python', 'requirements.txt', 'kafkapython.py'),
  pythonClient('kafka-python-1.4', 'requirements-1.4.txt', 'kafkapython.py', {
    codecs: ['none', 'gzip', 'snappy', 'lz4'],
    oldest: '1.0',
  }),
  // With its default version it speaks the protocol of 0.8.2: messages without timestamps, offsets in Kafka but no groups.
  sarama('sarama-1.19', '', 'sarama-1.19', {
    codecs: ['none', 'gzip', 'snappy'],
    abilities: { headers: 'none', timestamps: 'none' },
    oldest: '0.8.2',
    groups: false,
  }),
  sarama('sarama-1.19 at 0.10.2', '0.10.2.0', 'sarama-1.19', {
    codecs: ['none', 'gzip', 'snappy', 'lz4'],
    abilities: { headers: 'none', timestamps: 'set' },
    oldest: '0.10.2',
  }),
  sarama('sarama-1.19 at 1.0', '1.0.0', 'sarama-1.19', { codecs: ['none', 'gzip', 'snappy', 'lz4'], oldest: '1.0' }),
  // zstd needs the protocol of 2.1; the default is 1.0.
  sarama('sarama-1.33', '', 'sarama-1.33', { codecs: ['none', 'gzip', 'snappy', 'lz4'], oldest: '1.0' }),
  // It commits with a request of 0.8.2 all the same.
  sarama('sarama-1.33 at 2.8', '2.8.0', 'sarama-1.33', { oldest: '0.8.2' }),
  sarama('sarama', '', 'sarama-newest'),
  go('kafka-go'),
  go('franz-go'),
  {
    name: 'kafkajs',
    codecs: ALL,
    abilities: FULL,
    program: async () => [process.execPath, [join(await nodeClients(), 'kafkajs.mjs')]],
  },
  {
    name: 'ottla',
    codecs: ALL,
    abilities: FULL,
    program: async () => [process.execPath, [join(conformanceDir, 'clients/js/ottla.mjs')]],
  },
];

/** @param {string} name @returns {Client} */
export function clientNamed(name) {
  const found = CLIENTS.find((client) => client.name === name);
  if (!found) throw new Error(`no client ${name}; there are ${CLIENTS.map((client) => client.name).join(', ')}`);
  return found;
}
