// Three brokers of Apache Kafka, each behind a proxy that clients come through, so that connections can be cut.
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning, pidIn } from '../lib/daemon.mjs';
import { freePort } from '../lib/ports.mjs';
import { kafka } from '../lib/setup.mjs';
import { restartKafka, signalKafka, startKafka, stopKafka } from '../peers/kafka.mjs';

const IDS = [1, 2, 3];
const SETTINGS = {
  'offsets.topic.replication.factor': '3',
  'offsets.topic.num.partitions': '3',
  'min.insync.replicas': '2',
  'group.initial.rebalance.delay.ms': '0',
  'group.consumer.min.session.timeout.ms': '6000',
  'group.consumer.session.timeout.ms': '10000',
  'group.consumer.min.heartbeat.interval.ms': '500',
  'group.consumer.heartbeat.interval.ms': '1000',
  'broker.session.timeout.ms': '6000',
  'controlled.shutdown.retry.backoff.ms': '500',
};

/** Passes bytes on, until it is told to cut what is open, or to refuse. */
class Proxy {
  #sockets = new Set();
  #server;
  isRefusing = false;

  /** @param {number} port @param {number} target */
  async listen(port, target) {
    this.#server = createServer((client) => {
      if (this.isRefusing) return client.destroy();
      const server = connect(target, '127.0.0.1');
      for (const [from, to] of [
        [client, server],
        [server, client],
      ]) {
        this.#sockets.add(from);
        from
          .on('error', () => {})
          .on('close', () => {
            this.#sockets.delete(from);
            to.destroy();
          });
        from.pipe(to);
      }
    });
    await new Promise((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  cut() {
    for (const socket of this.#sockets) socket.destroy();
  }

  close() {
    this.cut();
    this.#server.close();
  }
}

export class SoakCluster {
  dir = mkdtempSync(join(tmpdir(), 'client-soak-'));
  /** @type {Map<number, Proxy>} */
  proxies = new Map();
  bootstrap = '';

  async start() {
    process.env.HEAP ??= '-Xmx384m -Xms384m';
    await kafka('4.3');
    const ports = new Map();
    for (const id of IDS)
      ports.set(id, {
        own: await freePort(),
        controller: await freePort(),
        behind: await freePort(),
        proxy: await freePort(),
      });
    const voters = IDS.map((id) => `${id}@127.0.0.1:${ports.get(id).controller}`).join();
    process.on('exit', () => this.abandon());
    await Promise.all(
      IDS.map(async (id) => {
        const { own, behind, proxy } = ports.get(id);
        const set = {
          ...SETTINGS,
          'advertised.listeners': `PLAINTEXT://127.0.0.1:${own},CLIENT://127.0.0.1:${proxy}`,
          'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,CLIENT:PLAINTEXT',
        };
        const listeners = [`CLIENT://127.0.0.1:${behind}`];
        await startKafka(this.dir, { version: '4.3', id, port: own, voters, set, listeners });
        const passing = new Proxy();
        await passing.listen(proxy, behind);
        this.proxies.set(id, passing);
      }),
    );
    this.bootstrap = IDS.map((id) => `127.0.0.1:${ports.get(id).proxy}`).join();
  }

  /** @param {number} id */
  async restart(id) {
    await stopKafka(this.dir, id);
    await restartKafka(this.dir, id);
  }

  /** @param {number} id */
  async killAndRestart(id) {
    await signalKafka(this.dir, id, 'SIGKILL');
    await restartKafka(this.dir, id);
  }

  /** @param {number} id @param {NodeJS.Signals} signal */
  signal(id, signal) {
    return signalKafka(this.dir, id, signal);
  }

  async remove() {
    for (const proxy of this.proxies.values()) proxy.close();
    await Promise.all(IDS.map((id) => stopKafka(this.dir, id)));
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** The run ends now: no time for order. */
  abandon() {
    for (const id of IDS) {
      const pid = pidIn(join(this.dir, `kafka-${id}`));
      if (!isRunning(pid)) continue;
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {}
    }
  }
}
