// A real Apache Kafka broker on 127.0.0.1, with ZooKeeper (up to 3.9) or as its own KRaft controller (from 3.3).
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isRunning, logTail, pidIn, signalDaemon, startDaemon, stopDaemon } from '../lib/daemon.mjs';
import { must } from '../lib/processes.mjs';
import { until } from '../lib/wait.mjs';
import { answers } from '../lib/wire.mjs';
import { jars } from './jars.mjs';
import { logFlags, SERVER_FLAGS, words } from './jvm.mjs';
import { toolCommand } from './tools.mjs';
import { atLeast, exactVersion } from './versions.mjs';

/**
 * @typedef {object} BrokerOptions
 * @property {string} version
 * @property {number} id
 * @property {number} port
 * @property {string} [dataDir] log.dirs; default inside the state folder
 * @property {string} [zookeeper] connect string; without one the broker is a KRaft controller too
 * @property {string} [voters] ID@HOST:PORT,... when several KRaft nodes form one cluster
 * @property {number} [controllerPort] default port + 10000
 * @property {string[]} [listeners] further ones, e.g. SASL_PLAINTEXT://127.0.0.1:19094
 * @property {string[]} [classpath] folders of classes beside Kafka's own
 * @property {number} [jmx] port of its JMX server
 * @property {Record<string, string>} [set] properties added or replaced
 */

// Brokers of one machine that name no other id belong to one cluster.
const CLUSTER_ID = 'b3R0bGEtY29uZm9ybWFuYw';

const brokerDir = (dir, id) => join(dir, `kafka-${id}`);

/** Kafka's config/server.properties, with what a single node needs. @param {BrokerOptions} options @returns {string} */
export function serverProperties(options) {
  const { version, id, port, zookeeper, voters, dataDir, set = {} } = options;
  const endpoint = [`PLAINTEXT://127.0.0.1:${port}`, ...(options.listeners ?? [])].join();
  const properties = {
    'num.network.threads': 3,
    'num.io.threads': 8,
    'socket.send.buffer.bytes': 102400,
    'socket.receive.buffer.bytes': 102400,
    'socket.request.max.bytes': 104857600,
    'num.partitions': 1,
    'num.recovery.threads.per.data.dir': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'log.retention.hours': 168,
    'log.retention.check.interval.ms': 300000,
    'log.dirs': dataDir,
  };
  if (zookeeper) {
    Object.assign(properties, {
      'broker.id': id,
      listeners: endpoint,
      'zookeeper.connect': zookeeper,
      'zookeeper.connection.timeout.ms': 18000,
      'group.initial.rebalance.delay.ms': 0,
    });
  } else {
    const own = voters?.split(',').find((voter) => voter.startsWith(`${id}@`));
    const controllerPort = own ? Number(own.slice(own.lastIndexOf(':') + 1)) : (options.controllerPort ?? port + 10000);
    Object.assign(properties, {
      'node.id': id,
      'process.roles': 'broker,controller',
      listeners: `${endpoint},CONTROLLER://127.0.0.1:${controllerPort}`,
      'advertised.listeners': endpoint,
      'controller.listener.names': 'CONTROLLER',
      'inter.broker.listener.name': 'PLAINTEXT',
      'listener.security.protocol.map':
        'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
      'controller.quorum.voters': voters ?? `${id}@127.0.0.1:${controllerPort}`,
    });
    if (atLeast(version, '4.1')) {
      Object.assign(properties, {
        'share.coordinator.state.topic.replication.factor': 1,
        'share.coordinator.state.topic.min.isr': 1,
      });
    }
  }
  const lines = Object.entries({ ...properties, ...set }).map(([key, value]) => `${key}=${value}`);
  return `${lines.join('\n')}\n`;
}

/**
 * Starts a broker and waits until it lists itself. On data that is there already it continues with them.
 * @param {string} dir state of this set of peers
 * @param {BrokerOptions} given
 * @returns {Promise<{ pid: number, dir: string, dataDir: string }>}
 */
export async function startKafka(dir, given) {
  const version = exactVersion(given.version);
  const home = brokerDir(dir, given.id);
  const options = { ...given, version, dataDir: given.dataDir ?? join(home, 'data') };
  if (isRunning(pidIn(home))) throw new Error(`broker ${given.id} in ${dir} runs already`);
  if (options.zookeeper && atLeast(version, '4.0')) throw new Error(`Kafka ${version} does not speak ZooKeeper`);
  if (!options.zookeeper && !atLeast(version, '3.3')) throw new Error(`Kafka ${version} needs ZooKeeper`);
  mkdirSync(options.dataDir, { recursive: true });
  mkdirSync(home, { recursive: true });
  const config = join(home, 'server.properties');
  writeFileSync(config, serverProperties(options));
  writeFileSync(join(home, 'broker.json'), JSON.stringify(options));
  if (!options.zookeeper && !existsSync(join(options.dataDir, 'meta.properties'))) {
    const format = ['format', '--ignore-formatted', '-t', process.env.CLUSTER_ID || CLUSTER_ID, '-c', config];
    await must(...(await toolCommand(version, 'kafka-storage', format)));
  }
  return restartKafka(dir, given.id);
}

/** Starts a stopped or killed broker as it was started before. @param {string} dir @param {number} id */
export async function restartKafka(dir, id) {
  const home = brokerDir(dir, id);
  /** @type {BrokerOptions & { dataDir: string }} */
  const options = JSON.parse(readFileSync(join(home, 'broker.json'), 'utf8'));
  const lib = await jars(options.version);
  const heap = words(process.env.HEAP || '-Xmx1G -Xms1G');
  const jmx = options.jmx
    ? ['', '.port=' + options.jmx, '.rmi.port=' + options.jmx, '.authenticate=false', '.ssl=false'].map(
        (end) => `-Dcom.sun.management.jmxremote${end}`,
      )
    : [];
  const args = [...heap, ...SERVER_FLAGS, ...jmx, ...logFlags(), ...words(process.env.KAFKA_OPTS)];
  args.push(
    '-cp',
    [join(lib, '*'), ...(options.classpath ?? [])].join(delimiter),
    'kafka.Kafka',
    join(home, 'server.properties'),
  );
  // After a kill ZooKeeper keeps the broker's id until the session ends, and Kafka gives up on a taken id: try again until then.
  for (let tries = 15; ; tries--) {
    writeFileSync(join(home, 'out.log'), '');
    const pid = startDaemon(home, 'java', args);
    const ready = await until(`broker ${id}`, 90_000, async () => {
      if (await answers(options.port)) return 'yes';
      return isRunning(pid) ? false : 'ended';
    });
    if (ready === 'yes') return { pid, dir: home, dataDir: options.dataDir };
    const tail = logTail(home, 25);
    if (tries === 0 || !tail.includes('NodeExists'))
      throw new Error(`broker ${id} ended, see ${home}/out.log\n${tail}`);
  }
}

/** @param {string} dir @returns {number[]} */
export const brokerIds = (dir) =>
  existsSync(dir)
    ? readdirSync(dir)
        .filter((name) => /^kafka-\d+$/.test(name))
        .map((name) => Number(name.slice(6)))
    : [];

/** @param {string} dir @param {number} id */
export const stopKafka = (dir, id) => stopDaemon(brokerDir(dir, id), 60_000);

/** @param {string} dir @param {number} id @param {NodeJS.Signals} signal */
export const signalKafka = (dir, id, signal) => signalDaemon(brokerDir(dir, id), signal, `broker ${id}`);

/** @param {string} dir @returns {Promise<string[]>} one line a broker */
export const kafkaStatus = (dir) =>
  Promise.all(
    brokerIds(dir).map(async (id) => {
      const pid = pidIn(brokerDir(dir, id));
      const { port, version } = JSON.parse(readFileSync(join(brokerDir(dir, id), 'broker.json'), 'utf8'));
      if (!isRunning(pid)) return `kafka ${id} down`;
      return `kafka ${id} pid ${pid} port ${port} version ${version} ${(await answers(port)) ? 'ready' : 'not answering'}`;
    }),
  );
