import type { Prng, SimulatedNode } from '@ottla/platform/simulated';
import type { SimulationContext } from '../context.ts';
import type { GroupModel } from '../model/group-model.ts';
import { Client } from './client.ts';
import { GroupMember } from './group-member.ts';
import { GroupOffsets } from './group-offsets.ts';
import { IdempotentProducer, ProducerIds } from './idempotent-producer.ts';
import { PlainProducer } from './plain-producer.ts';
import { Prober } from './prober.ts';
import { Reader } from './reader.ts';
import { TopicChurn } from './topic-churn.ts';

/** Everybody who talks to the broker. */
export class Workload {
  /** For questions between the others. */
  readonly client: Client;
  readonly group: GroupModel;
  readonly offsets: GroupOffsets;
  readonly readers: Reader[] = [];
  readonly members: GroupMember[] = [];
  producersDone: Promise<unknown> = Promise.resolve();
  churnDone: Promise<unknown> = Promise.resolve();
  isWaitingFor = '';
  readonly #context: SimulationContext;
  readonly #clients: Client[] = [];
  readonly #running = new Set<string>();

  constructor(context: SimulationContext, group: GroupModel, node: SimulatedNode) {
    this.#context = context;
    this.group = group;
    this.client = this.newClient(node, 'watch');
    this.offsets = new GroupOffsets(this.client, group.groupId);
  }

  newClient(node: SimulatedNode, name: string): Client {
    const client = new Client(this.#context, node, name);
    this.#clients.push(client);
    return client;
  }

  /** What goes wrong in a client is a failure of the run. */
  spawn(name: string, run: () => Promise<void>): Promise<void> {
    this.#running.add(name);
    return run().then(
      () => {
        this.#running.delete(name);
      },
      (error: unknown) => this.#context.verdict.crashed(name, error),
    );
  }

  describe(): string {
    const who = [...this.readers, ...this.members].map((one) => `\n  ${one.describe()}`).join('');
    return `waiting for ${this.isWaitingFor}; running: ${[...this.#running].join(' ')}; broker ${this.#context.host.state}${who}`;
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}

export function startWorkload(
  context: SimulationContext & { readonly clients: readonly SimulatedNode[] },
  group: GroupModel,
): Workload {
  const { options, clients, world } = context;
  const [first] = clients;
  if (first === undefined) throw new Error('A run has at least one client machine');
  const workload = new Workload(context, group, first);
  let turn = 0;
  const client = (name: string): Client => workload.newClient(clients[turn++ % clients.length] ?? first, name);
  const prng = (name: string): Prng => world.prng(`workload ${name}`);
  const ids = new ProducerIds();
  const producing = options.producers.map((producer, index) => {
    const name = `p${index}`;
    const one = producer.idempotent
      ? new IdempotentProducer(client(name), producer, prng(name), ids)
      : new PlainProducer(client(name), producer, prng(name));
    return workload.spawn(name, () => one.run());
  });
  workload.producersDone = Promise.all(producing);
  for (const [index, reader] of options.readers.entries()) {
    const name = `r${index}`;
    const one = new Reader(client(name), reader, prng(name));
    workload.readers.push(one);
    void workload.spawn(name, () => one.run());
  }
  for (let index = 0; index < options.groupMembers; index++) {
    const name = `m${index}`;
    const coordinator = client(name);
    const fetcher = workload.newClient(coordinator.node, `${name}-fetch`);
    const one = new GroupMember(coordinator, fetcher, group, prng(name));
    workload.members.push(one);
    void workload.spawn(name, () => one.run());
  }
  void workload.spawn('prober', () => new Prober(client('prober'), prng('prober')).run());
  if (options.churn) {
    workload.churnDone = workload.spawn('churn', () => new TopicChurn(client('churn'), prng('churn')).run());
  }
  return workload;
}
