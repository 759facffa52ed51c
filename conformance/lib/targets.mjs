// The broker under test: one interface for this repository's broker and for the real Kafka that proves the tests.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerIds, restartKafka, signalKafka, startKafka, stopKafka } from '../peers/kafka.mjs';
import { exactVersion } from '../peers/versions.mjs';
import { resumeZooKeeper, startZooKeeper, stopZooKeeper } from '../peers/zookeeper.mjs';
import { gone, isRunning, logTail, pidIn, startDaemon } from './daemon.mjs';
import { repositoryDir } from './places.mjs';
import { freePort } from './ports.mjs';
import { kafka } from './setup.mjs';
import { until } from './wait.mjs';
import { answers } from './wire.mjs';
import { createTopic, deleteTopic } from './wire-topics.mjs';

export const TARGETS = ['ottla', 'kafka-3.9', 'kafka-3.9-kraft', 'kafka-4.3'];

/** Settings every target gets: groups form at once, and few partitions make a start quick. */
const COMMON = {
  'group.initial.rebalance.delay.ms': '0',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
};

/** Targets not yet removed, for an orderly end of the run. @type {Set<Target>} */
const living = new Set();
process.on('exit', () => {
  for (const target of living) target.abandon();
});

export class Target {
  /**
   * @param {string} kind one of TARGETS
   * @param {{ set?: Record<string, string>, dataDir?: string, listeners?: string[], classpath?: string[] }} [options] properties; log.dirs elsewhere than in the target's
   * own folder; listeners beside the plain one; classes beside Kafka's
   */
  constructor(kind, { set = {}, dataDir, listeners = [], classpath = [] } = {}) {
    if (!TARGETS.includes(kind)) throw new Error(`no target ${kind}; there are ${TARGETS.join(', ')}`);
    this.kind = kind;
    this.set = { ...COMMON, ...set };
    this.listeners = listeners;
    this.classpath = classpath;
    this.dir = mkdtempSync(join(tmpdir(), `conformance-${kind}-`));
    this.dataDir = dataDir ?? join(this.dir, 'data');
    this.port = 0;
    /** What cells made for each other, see `Context.shared`. @type {Map<string, Promise<any>>} */
    this.shared = new Map();
    living.add(this);
  }

  get isKafka() {
    return this.kind !== 'ottla';
  }

  /** The Kafka release whose behaviour is expected: Ottla behaves as 3.9 where the two differ. */
  get version() {
    return this.kind === 'kafka-4.3' ? '4.3' : '3.9';
  }

  /** What exactly is under test. */
  get release() {
    if (this.isKafka) return exactVersion(this.version);
    return JSON.parse(readFileSync(join(repositoryDir, 'package.json'), 'utf8')).version;
  }

  get bootstrap() {
    return `127.0.0.1:${this.port}`;
  }

  get pid() {
    return pidIn(join(this.dir, this.isKafka ? 'kafka-1' : 'ottla'));
  }

  get isUp() {
    return isRunning(this.pid);
  }

  async start() {
    this.port = await freePort();
    if (this.isKafka) {
      await kafka(this.version);
      const { version, port, dataDir, set, listeners, classpath } = this;
      const shared = { version, id: 1, port, dataDir, set, listeners, classpath };
      if (this.kind === 'kafka-3.9') {
        const zookeeper = await startZooKeeper(this.dir, { port: (await freePort()) - 1 });
        // After a kill the broker's id is free again once its session is over.
        const session = { 'zookeeper.session.timeout.ms': '6000', ...set };
        await startKafka(this.dir, { ...shared, zookeeper, set: session });
      } else await startKafka(this.dir, { ...shared, controllerPort: await freePort() });
    } else {
      mkdirSync(this.dataDir, { recursive: true });
      const settings = {
        'broker.id': '1',
        listeners: [`PLAINTEXT://127.0.0.1:${this.port}`, ...this.listeners].join(),
        'log.dirs': this.dataDir,
        ...this.set,
      };
      const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
      writeFileSync(join(this.dir, 'server.properties'), `${lines.join('\n')}\n`);
      await this.#startOttla();
    }
  }

  async #startOttla() {
    const script = join(repositoryDir, 'bin/kafka-server-start.sh');
    if (!existsSync(script)) throw new Error('there is no bin/kafka-server-start.sh: run npm run build first');
    const home = join(this.dir, 'ottla');
    const pid = startDaemon(home, 'sh', [script, join(this.dir, 'server.properties')], {
      LOG_DIR: join(this.dir, 'logs'),
    });
    await until(
      'the broker',
      30_000,
      async () => {
        if (await answers(this.port)) return true;
        if (!isRunning(pid)) throw new Error(`the broker ended at its start:\n${logTail(home)}`);
        return false;
      },
      10,
    );
  }

  /** Starts again on the same data and port, after `stop` or `kill`. */
  async restart() {
    if (this.kind === 'kafka-3.9') await resumeZooKeeper(this.dir);
    if (this.isKafka) await restartKafka(this.dir, 1);
    else await this.#startOttla();
  }

  /** Orderly: TERM, and everything is written. An end that takes longer than 60 s is an error. */
  async stop() {
    if (this.isKafka) {
      if (!(await stopKafka(this.dir, 1))) throw new Error('the broker did not end within 60 s of TERM');
      return;
    }
    const pid = this.pid;
    if (!isRunning(pid)) throw new Error(`the broker was not running:\n${logTail(join(this.dir, 'ottla'))}`);
    process.kill(-pid, 'SIGTERM'); // the start script may stay as the broker's parent
    if (!(await gone(pid, 60_000))) throw new Error('the broker did not end within 60 s of TERM');
  }

  /** kill -9, and gone. */
  async kill() {
    if (this.isKafka) return signalKafka(this.dir, 1, 'SIGKILL');
    const pid = this.pid;
    process.kill(-pid, 'SIGKILL');
    await gone(pid, 5000);
    await until('the end of the broker', 5000, async () => !(await answers(this.port)), 5);
  }

  /** @param {string} name @param {number} [partitions] @param {Record<string, string>} [configs] */
  createTopic(name, partitions, configs) {
    return createTopic(this.port, name, partitions, configs);
  }

  /** @param {string} name */
  deleteTopic(name) {
    return deleteTopic(this.port, name);
  }

  /** @param {number} [lines] @returns {string} the end of the broker's log */
  log(lines = 20) {
    const all = logTail(join(this.dir, this.isKafka ? 'kafka-1' : 'ottla'), 5000).split('\n');
    const telling = all.slice(0, -3).filter((line) => !/\] (INFO|DEBUG) /.test(line)); // what was wrong, then how it ended
    return [...telling.slice(-lines), ...all.slice(-3)].map((line) => line.slice(0, 400)).join('\n');
  }

  /** Stops what runs, removes the folder. */
  async remove() {
    if (isRunning(this.pid)) await this.stop().catch(() => this.kill());
    if (this.kind === 'kafka-3.9') await stopZooKeeper(this.dir);
    living.delete(this);
    if (!process.env.KEEP) rmSync(this.dir, { recursive: true, force: true });
  }

  /** The run ends now: no time for order. */
  abandon() {
    const pids = [this.pid];
    if (this.isKafka) for (const id of brokerIds(this.dir)) pids.push(pidIn(join(this.dir, `kafka-${id}`)));
    if (this.kind === 'kafka-3.9') pids.push(pidIn(join(this.dir, 'zookeeper/1')));
    for (const pid of new Set(pids)) {
      if (!isRunning(pid)) continue;
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {}
    }
  }
}

/**
 * A broker of its own for the length of the body.
 * @template T
 * @param {string} kind
 * @param {ConstructorParameters<typeof Target>[1]} options
 * @param {(target: Target) => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withTarget(kind, options, body) {
  const target = new Target(kind, options);
  try {
    await target.start();
    return await body(target);
  } catch (error) {
    error.message += `\n  the end of the broker's log:\n${target.log(12)}`;
    throw error;
  } finally {
    await target.remove();
  }
}
