import { ErrorCode } from '@ottla/protocol';
import { apis } from '../apis.ts';
import { checkLookups } from '../checkers/lookup-checks.ts';
import type { SimulationContext } from '../context.ts';
import { LATEST, listOffset } from '../workload/fetch-loop.ts';
import type { Workload } from '../workload/workload.ts';

const PAUSE_MS = 30;

/**
 * Liveness: every producer gets done, every reader reads everything, the group comes to rest with everything committed. Resolves
 * when all that holds.
 */
export async function settle(context: SimulationContext, workload: Workload): Promise<void> {
  workload.isWaitingFor = 'the producers';
  await workload.producersDone;
  workload.isWaitingFor = 'the topic churn';
  await workload.churnDone;
  workload.isWaitingFor = 'the log ends';
  const ends = await logEnds(context, workload);
  workload.isWaitingFor = 'the readers';
  while (!workload.readers.every((reader) => reader.hasReached(ends))) await workload.client.sleep(PAUSE_MS);
  workload.isWaitingFor = 'answers about offsets';
  if (!context.options.hasRetention) {
    for (const model of context.models.values()) await checkLookups(context, workload.client, model);
  }
  if (workload.members.length === 0) return;
  workload.isWaitingFor = 'a stable group';
  while (!(await isStable(workload))) await workload.client.sleep(PAUSE_MS);
  workload.isWaitingFor = 'the commits of the group';
  while (!(await isAllCommitted(context, workload, ends))) await workload.client.sleep(PAUSE_MS);
}

async function logEnds(context: SimulationContext, workload: Workload): Promise<Map<string, number>> {
  const ends = new Map<string, number>();
  for (const [name, { topic, partition }] of context.models) {
    let latest: number | undefined;
    while (latest === undefined) {
      latest = await listOffset(workload.client, topic, partition, LATEST);
      if (latest === undefined) await workload.client.sleep(PAUSE_MS);
    }
    ends.set(name, latest);
  }
  return ends;
}

async function isStable(workload: Workload): Promise<boolean> {
  const answer = await workload.client.ask(apis.describeGroups, { groups: [workload.group.groupId] });
  const group = answer?.groups[0];
  return (
    group?.errorCode === ErrorCode.NONE &&
    group.groupState === 'Stable' &&
    group.members.length === workload.members.length
  );
}

async function isAllCommitted(
  context: SimulationContext,
  workload: Workload,
  ends: ReadonlyMap<string, number>,
): Promise<boolean> {
  const partitions = [...context.models.values()].map(({ topic, partition }) => ({ topic, partition }));
  const positions = await workload.offsets.fetch(partitions);
  return (
    positions?.every(({ topic, partition, offset }) => offset === (ends.get(`${topic}-${partition}`) ?? 0)) === true
  );
}
