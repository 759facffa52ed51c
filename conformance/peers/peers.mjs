#!/usr/bin/env node
// The command line of the peers; `peers.mjs help` prints what it takes.
import { spawn } from 'node:child_process';
import { peersDir } from '../lib/places.mjs';
import { jars } from './jars.mjs';
import { brokerIds, kafkaStatus, restartKafka, signalKafka, startKafka, stopKafka } from './kafka.mjs';
import { toolCommand } from './tools.mjs';
import { resumeZooKeeper, signalZooKeeper, startZooKeeper, stopZooKeeper, zooKeeperStatus } from './zookeeper.mjs';

const USAGE = `usage: peers.mjs COMMAND
  jars VERSION [broker|clients|connect]       fetch the jars, print their folder
  tool VERSION TOOL [args...]                 run one of Kafka's command line tools
  zookeeper start [--count N] [--port BASE]   start an ensemble, print its connect string; member I listens on BASE + I
  zookeeper stop | resume | kill I | pause I | continue I
  kafka start --version V --id I --port P [--zookeeper CONNECT | --voters I@HOST:PORT,...]
              [--data DIR] [--controller-port P] [--jmx P] [--set key=value]...
  kafka stop [I] | kill I | pause I | continue I | restart I
  status
State is kept in $PEERS_DIR (${peersDir}).`;

/** @param {string[]} args @returns {{ options: Record<string, string>, set: Record<string, string> }} */
function parse(args) {
  const options = {};
  const set = {};
  for (let i = 0; i < args.length; i += 2) {
    const value = args[i + 1];
    if (!args[i].startsWith('--') || value === undefined) throw new Error(`${args[i]} needs a value\n${USAGE}`);
    if (args[i] === '--set') set[value.slice(0, value.indexOf('='))] = value.slice(value.indexOf('=') + 1);
    else options[args[i].slice(2)] = value;
  }
  return { options, set };
}

const SIGNALS = { kill: 'SIGKILL', pause: 'SIGSTOP', continue: 'SIGCONT' };

async function zookeeper(verb, args) {
  if (verb === 'start') {
    const { options } = parse(args);
    const count = Number(options.count ?? 1);
    console.log(await startZooKeeper(peersDir, { count, port: Number(options.port ?? 22180) }));
  } else if (verb === 'resume') console.log(await resumeZooKeeper(peersDir));
  else if (verb === 'stop') await stopZooKeeper(peersDir);
  else if (verb in SIGNALS) await signalZooKeeper(peersDir, Number(args[0]), SIGNALS[verb]);
  else throw new Error(USAGE);
}

async function kafka(verb, args) {
  if (verb === 'start') {
    const { options, set } = parse(args);
    const number = (name) => (options[name] === undefined ? undefined : Number(options[name]));
    await startKafka(peersDir, {
      version: options.version ?? '4',
      id: number('id') ?? 1,
      port: number('port') ?? 9092,
      zookeeper: options.zookeeper,
      voters: options.voters,
      dataDir: options.data,
      controllerPort: number('controller-port'),
      jmx: number('jmx'),
      set,
    });
  } else if (verb === 'restart') await restartKafka(peersDir, Number(args[0]));
  else if (verb === 'stop')
    await Promise.all((args.length ? args.map(Number) : brokerIds(peersDir)).map((id) => stopKafka(peersDir, id)));
  else if (verb in SIGNALS) await signalKafka(peersDir, Number(args[0]), SIGNALS[verb]);
  else throw new Error(USAGE);
}

const COMMANDS = {
  jars: async ([version, set]) => console.log(await jars(version, set)),
  zookeeper: ([verb, ...args]) => zookeeper(verb, args),
  kafka: ([verb, ...args]) => kafka(verb, args),
  status: async () => {
    for (const line of [...(await zooKeeperStatus(peersDir)), ...(await kafkaStatus(peersDir))]) console.log(line);
  },
  tool: async ([version, tool, ...args]) => {
    const child = spawn(...(await toolCommand(version, tool, args)), { stdio: 'inherit' });
    child.on('exit', (code, signal) => {
      process.exitCode = signal ? 1 : (code ?? 1);
    });
  },
};

const [command = 'help', ...args] = process.argv.slice(2);
try {
  if (!(command in COMMANDS)) throw new Error(USAGE);
  await COMMANDS[command](args);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
