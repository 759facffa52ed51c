// A real ZooKeeper, the one Kafka 3.9 is released with: one member or an ensemble, on 127.0.0.1.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { isRunning, logTail, pidIn, signalDaemon, startDaemon, stopDaemon } from '../lib/daemon.mjs';
import { until } from '../lib/wait.mjs';
import { jars } from './jars.mjs';
import { logFlags, words } from './jvm.mjs';

const home = (dir) => join(dir, 'zookeeper');
const memberDir = (dir, id) => join(home(dir), String(id));
const clientPort = (dir, id) =>
  Number(/^clientPort=(\d+)$/m.exec(readFileSync(join(memberDir(dir, id), 'zoo.cfg'), 'utf8'))?.[1]);

/** @param {string} dir @returns {number[]} */
const members = (dir) =>
  existsSync(home(dir))
    ? readdirSync(home(dir))
        .map(Number)
        .filter((id) => id > 0)
        .sort((a, b) => a - b)
    : [];

/** @param {number} port @returns {Promise<string>} leader, follower, standalone; empty when it does not serve */
function mode(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('srvr'));
    let text = '';
    socket.setTimeout(2000, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(/^Mode: (\w+)/m.exec(text)?.[1] ?? ''));
  });
}

/**
 * @param {string} dir state of this set of peers
 * @param {{ count?: number, port?: number }} [options] member I listens on port + I
 * @returns {Promise<string>} the connect string
 */
export async function startZooKeeper(dir, { count = 1, port = 22180 } = {}) {
  if (members(dir).some((id) => isRunning(pidIn(memberDir(dir, id)))))
    throw new Error(`ZooKeeper in ${dir} runs already`);
  rmSync(home(dir), { recursive: true, force: true });
  const ids = Array.from({ length: count }, (_, i) => i + 1);
  for (const id of ids) {
    const data = join(memberDir(dir, id), 'data');
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, 'myid'), `${id}\n`);
    // A short tick: elections and session expiry take seconds.
    const settings = [
      'tickTime=500',
      'initLimit=20',
      'syncLimit=10',
      'minSessionTimeout=1000',
      'maxSessionTimeout=60000',
      'maxClientCnxns=0',
      'admin.enableServer=false',
      '4lw.commands.whitelist=*',
      `dataDir=${data}`,
      'clientPortAddress=127.0.0.1',
      `clientPort=${port + id}`,
    ];
    if (count > 1) {
      settings.push('standaloneEnabled=false');
      for (const peer of ids) settings.push(`server.${peer}=127.0.0.1:${port + 10 + peer}:${port + 20 + peer}`);
    }
    writeFileSync(join(memberDir(dir, id), 'zoo.cfg'), `${settings.join('\n')}\n`);
  }
  return resumeZooKeeper(dir);
}

/** Starts the members that do not run, on the data they have. @param {string} dir @returns {Promise<string>} the connect string */
export async function resumeZooKeeper(dir) {
  const lib = await jars('3.9');
  const ids = members(dir);
  for (const id of ids) if (!isRunning(pidIn(memberDir(dir, id)))) startMember(dir, id, lib);
  await Promise.all(ids.map((id) => serves(dir, id)));
  return ids.map((id) => `127.0.0.1:${clientPort(dir, id)}`).join(',');
}

function startMember(dir, id, lib) {
  const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
  const flags = [
    ...words(process.env.HEAP || '-Xmx128m'),
    '-XX:+UseSerialGC',
    '-Djava.net.preferIPv4Stack=true',
    ...logFlags(),
  ];
  startDaemon(memberDir(dir, id), 'java', [...flags, '-cp', join(lib, '*'), main, join(memberDir(dir, id), 'zoo.cfg')]);
}

const serves = (dir, id) =>
  until(`ZooKeeper ${id}`, 60_000, async () => {
    if (await mode(clientPort(dir, id))) return true;
    if (!isRunning(pidIn(memberDir(dir, id))))
      throw new Error(`ZooKeeper ${id} ended:\n${logTail(memberDir(dir, id), 8)}`);
    return false;
  });

/** @param {string} dir */
export const stopZooKeeper = async (dir) => {
  await Promise.all(members(dir).map((id) => stopDaemon(memberDir(dir, id))));
};

/** @param {string} dir @param {number} id @param {NodeJS.Signals} signal */
export const signalZooKeeper = (dir, id, signal) => signalDaemon(memberDir(dir, id), signal, `ZooKeeper ${id}`);

/** @param {string} dir @returns {Promise<string[]>} one line a member */
export const zooKeeperStatus = (dir) =>
  Promise.all(
    members(dir).map(async (id) => {
      const pid = pidIn(memberDir(dir, id));
      if (!isRunning(pid)) return `zookeeper ${id} down`;
      return `zookeeper ${id} pid ${pid} port ${clientPort(dir, id)} ${(await mode(clientPort(dir, id))) || 'not serving'}`;
    }),
  );
