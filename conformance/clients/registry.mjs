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
];

/** @param {string} name @returns {Client} */
export function clientNamed(name) {
  const found = CLIENTS.find((client) => client.name === name);
  if (!found) throw new Error(`no client ${name}; there are ${CLIENTS.map((client) => client.name).join(', ')}`);
  return found;
}
