/*
 * After everybody is done: what lies in the logs against what the clients know, the resources of a stopped broker (R19), and
 * its state after a restart against its state before.
 */

import type { Broker } from '@ottla/broker';
import type { SimulatedNode } from '@ottla/platform/simulated';
import { type BatchView, decodeBatchRecords } from '@ottla/protocol/records';
import type { SimulationContext } from '../context.ts';
import type { PartitionModel } from '../model/partition-model.ts';
import { idOf } from '../model/send.ts';
import type { Verdict } from '../verdict.ts';
import { checkLog } from './log-checks.ts';

/** Long enough for what lingers on purpose to be gone, ms. */
const QUIET_MS = 3000;

type Context = SimulationContext & {
  readonly clients: readonly SimulatedNode[];
  sleep(ms: number): Promise<void>;
};

export async function checkAtEnd(context: Context): Promise<void> {
  const { host, verdict } = context;
  const broker = host.broker;
  if (broker === undefined) return verdict.fail('liveness', 'settle', 'The broker is not running at the end');
  // The clients are gone; what they left behind comes to rest.
  await context.sleep(QUIET_MS);
  const disk = host.node.disk;
  for (const log of broker.services.logs.logs()) {
    const batches = checkLog(log, disk, verdict, true);
    const model = context.models.get(`${log.topic}-${log.partition}`);
    if (model !== undefined) checkHistory(context, model, batches, log.logStartOffset, log.logEndOffset);
  }
  checkSends(context);
  const before = stateOf(broker);
  await host.stop(undefined);
  await context.sleep(QUIET_MS);
  checkResources(context, broker);
  host.start();
  for (let waitedMs = 0; host.broker === undefined; waitedMs += 5) {
    if (waitedMs > 20_000) verdict.fail('liveness', 'start', 'The broker does not start after an orderly stop');
    await context.sleep(5);
  }
  const after = stateOf(host.broker);
  for (const [name, state] of before) {
    verdict.require(
      after.get(name) === state || context.options.hasRetention,
      'clean-restart',
      () => `${name} was ${state} and is ${after.get(name)} after an orderly restart`,
    );
  }
}

/** Every record in the log is one that was sent, once; every known fact is there. */
function checkHistory(
  context: Context,
  model: PartitionModel,
  batches: readonly BatchView[],
  logStartOffset: number,
  logEndOffset: number,
): void {
  const { host } = context;
  const verdict: Verdict = context.verdict;
  const found = new Map<number, string>();
  for (const batch of batches) {
    for (const { offset, value } of decodeBatchRecords(batch)) {
      const id = idOf(value);
      if (id === undefined)
        verdict.fail('correctness', 'R10 phantom', `${model.name} has a value of nobody at ${offset}`);
      model.learn(offset, id, host.life, {
        baseOffset: batch.baseOffset,
        epoch: batch.partitionLeaderEpoch,
        crc: batch.buffer.readUInt32BE(batch.start + 17),
      });
      found.set(offset, id);
    }
  }
  for (const [offset, { id }] of model.facts) {
    verdict.require(
      offset < logStartOffset || found.get(offset) === id,
      'R10 lost-write',
      () =>
        `${model.name} had ${id} at ${offset}, and has ${found.get(offset)} (log ${logStartOffset} to ${logEndOffset})`,
    );
  }
}

/** Nobody is left without an answer. */
function checkSends(context: Context): void {
  for (const send of context.sends.values()) {
    context.verdict.require(send.state !== 'pending', 'settle', () => `${send.id} was never answered`);
  }
}

function stateOf(broker: Broker): Map<string, string> {
  const states = new Map<string, string>();
  for (const log of broker.services.logs.logs()) {
    // A log without records forgets its producers in a restart, as Kafka's does.
    const producers = (log.logStartOffset === log.logEndOffset ? [] : log.producers())
      .map(({ producerId, producerEpoch, lastSequence }) => `${producerId}/${producerEpoch}/${lastSequence}`)
      .sort();
    // The newest epoch may be one of the restart.
    const epochs = log.state.epochs.entries.filter(({ startOffset }) => startOffset < log.logEndOffset);
    states.set(
      `${log.topic}-${log.partition}`,
      JSON.stringify([log.topicId, log.logStartOffset, log.logEndOffset, producers, epochs]),
    );
  }
  return states;
}

/** R19: a broker that has stopped holds nothing of its process any more. */
function checkResources(context: Context, broker: Broker): void {
  const { verdict, world, host } = context;
  const { node } = host;
  const { replicas } = broker.services;
  const left: [string, string | number][] = [
    ['events', world.pendingEvents(node).join(' ')],
    ['connections', world.network.openConnections(node.name)],
    ['chunks', world.network.chunksHeld(node.name)],
    ['files', node.disk.openFiles.join(' ')],
    ['produce waiters', replicas.produceWaiters.size],
    ['fetch waiters', replicas.fetchWaiters.size],
  ];
  for (const [what, value] of left) {
    verdict.require(value === 0 || value === '', 'R19 resources', () => `After the stop there are ${what}: ${value}`);
  }
}
