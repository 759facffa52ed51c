import { Prng } from '@ottla/platform/simulated';
import type { CompressionType } from '@ottla/protocol/compression';

/** What one producer does. Sizes are bytes. */
export interface ProducerOptions {
  readonly idempotent: boolean;
  readonly acks: 1 | -1;
  readonly batches: number;
  readonly recordsMax: number;
  readonly valueBytesMax: number;
  readonly codec: CompressionType;
  /** Batches of one partition on their way at the same time. */
  readonly inFlightMax: number;
  /** How long it waits between two rounds on average, ms. */
  readonly pauseMs: number;
  /** Chance to go on as a new producer with an id of its own (idempotent only). */
  readonly renewChance: number;
  /** Chance to send the last acknowledged batches once more (idempotent only). */
  readonly resendChance: number;
  /** Sequence of the first record: close to 2^31 to see the wrap. */
  readonly firstSequence: number;
}

export interface ReaderOptions {
  /** Incremental fetch sessions (KIP-227), or every partition in every request. */
  readonly sessions: boolean;
  readonly maxWaitMs: number;
  readonly maxBytes: number;
  readonly partitionMaxBytes: number;
  /** Chance to look up a record in the middle instead. */
  readonly seekChance: number;
}

/** Mean time between two faults of a kind, ms of virtual time; 0: none of them. */
export interface FaultOptions {
  readonly killMs: number;
  /** Ends the process within a disk call, which is then torn. */
  readonly killInCallMs: number;
  readonly powerLossMs: number;
  readonly powerLossInCallMs: number;
  readonly restartMs: number;
  readonly freezeMs: number;
  readonly clientFreezeMs: number;
  readonly clockJumpMs: number;
  readonly splitMs: number;
  readonly resetMs: number;
  readonly fullDiskMs: number;
  readonly slowDiskMs: number;
  readonly diskErrorMs: number;
  /** Chance that the power goes within the calls after a segment was rolled. */
  readonly powerLossAtRollChance: number;
  /** Chance that a crash is soon followed by another one, before what was recovered is flushed. */
  readonly aftershockChance: number;
  /** Longest time the broker stays down, ms. */
  readonly downMsMax: number;
  /** Chance that a crashed broker's logs are opened and closed once more before it starts, as a crash during recovery does. */
  readonly inspectChance: number;
}

export interface SimulationOptions {
  readonly seed: number;
  /** Length of the phase with faults, ms. */
  readonly faultPhaseMs: number;
  readonly topics: readonly { readonly name: string; readonly partitions: number }[];
  readonly topicConfig: Readonly<Record<string, string>>;
  readonly brokerConfig: Readonly<Record<string, string>>;
  readonly logDirs: readonly string[];
  /** Journal of the metadata beyond which it is replaced by a snapshot, bytes. */
  readonly metadataSnapshotBytesMin: number;
  readonly producers: readonly ProducerOptions[];
  readonly readers: readonly ReaderOptions[];
  readonly groupMembers: number;
  readonly sessionTimeoutMs: number;
  readonly churn: boolean;
  readonly clientNodes: number;
  readonly faults: FaultOptions;
  readonly network: { readonly msMean: number; readonly splitChance: number; readonly resetChance: number };
  readonly disk: {
    readonly msMean: number;
    readonly stallChance: number;
    readonly stallMs: number;
    readonly survival: 'random' | 'journaled';
  };
  /** Everything acknowledged is on the platter: flush.messages=1. */
  readonly flushesEach: boolean;
  /** Records may go because they are old or too many. */
  readonly hasRetention: boolean;
}

/** A kind of run to draw more of. */
export type Focus = 'recovery';

/** Everything that a run does follows from the seed. Swarm testing: most features are off in most runs, so that rare mixes occur. */
export function drawOptions(seed: number, focus?: Focus): SimulationOptions {
  const prng = new Prng(seed, 'options');
  const isAboutRecovery = prng.chance(0.15) || focus === 'recovery';
  const options = drawAny(seed, prng, isAboutRecovery);
  return isAboutRecovery ? aboutRecovery(options, prng) : options;
}

function drawAny(seed: number, prng: Prng, isAboutRecovery: boolean): SimulationOptions {
  const hasPowerLoss = prng.chance(0.6) || isAboutRecovery;
  const flushesEach = prng.chance(hasPowerLoss ? 0.3 : 0.1) && !isAboutRecovery;
  const hasRetention = prng.chance(0.25);
  const faultPhaseMs = prng.between(1500, 6000);
  const segmentBytes = prng.pick([4000, 8000, 20_000, 100_000]);
  return {
    seed,
    faultPhaseMs,
    topics: drawTopics(prng),
    topicConfig: drawTopicConfig(prng, segmentBytes, flushesEach, hasRetention),
    brokerConfig: drawBrokerConfig(prng, flushesEach),
    logDirs: prng.chance(0.4) ? ['/data/a', '/data/b'] : ['/data/a'],
    metadataSnapshotBytesMin: prng.pick([500, 3000, 1_000_000]),
    producers: Array.from({ length: prng.between(1, 4) }, () => drawProducer(prng, faultPhaseMs, segmentBytes)),
    readers: Array.from({ length: prng.between(1, 2) }, () => drawReader(prng)),
    groupMembers: prng.pick([0, 1, 2, 3]),
    sessionTimeoutMs: prng.pick([800, 2000, 6000]),
    churn: prng.chance(0.35),
    clientNodes: prng.between(1, 3),
    faults: drawFaults(prng, hasPowerLoss),
    network: {
      msMean: prng.pick([0.3, 0.3, 2, 10]),
      splitChance: prng.pick([0, 0.05, 0.5]),
      resetChance: prng.chance(0.3) ? 0.004 : 0,
    },
    disk: {
      msMean: prng.pick([0.1, 0.1, 1, 5, 20]),
      stallChance: prng.chance(0.2) ? 0.005 : 0,
      stallMs: prng.between(10, 800),
      survival: prng.pick(['random', 'random', 'journaled']),
    },
    flushesEach,
    hasRetention,
  };
}

/** Crash upon crash on little data: what recovery reads are the leavings of the crash before. */
function aboutRecovery(options: SimulationOptions, prng: Prng): SimulationOptions {
  return {
    ...options,
    topics: [{ name: 'orders', partitions: 2 }],
    groupMembers: Math.min(options.groupMembers, 1),
    brokerConfig: { ...options.brokerConfig, 'log.flush.offset.checkpoint.interval.ms': '50' },
    topicConfig: { ...options.topicConfig, 'segment.bytes': prng.pick(['4000', '20000']) },
    producers: options.producers.map((producer) => ({
      ...producer,
      idempotent: true,
      recordsMax: Math.min(producer.recordsMax, 2),
      renewChance: 0.5,
      firstSequence: 0,
    })),
    disk: { ...options.disk, survival: prng.pick(['random', 'journaled', 'journaled']) },
    faults: {
      ...options.faults,
      killMs: prng.between(300, 800),
      powerLossMs: prng.between(300, 800),
      restartMs: prng.between(300, 800),
      powerLossAtRollChance: 0.2,
      aftershockChance: 0.7,
      inspectChance: 0.5,
      fullDiskMs: 0,
      downMsMax: 50,
    },
  };
}

function drawTopics(prng: Prng): { name: string; partitions: number }[] {
  const topics = [{ name: 'orders', partitions: prng.between(1, 3) }];
  if (prng.chance(0.4)) topics.push({ name: 'events', partitions: prng.between(1, 2) });
  return topics;
}

function drawTopicConfig(
  prng: Prng,
  segmentBytes: number,
  flushesEach: boolean,
  hasRetention: boolean,
): Record<string, string> {
  const config: Record<string, string> = {
    'segment.bytes': String(segmentBytes),
    'index.interval.bytes': String(prng.pick([0, 200, 1000, 4096])),
    'file.delete.delay.ms': String(prng.pick([0, 50, 1000])),
    'retention.ms': hasRetention && prng.chance(0.5) ? String(prng.between(500, 4000)) : '-1',
    'retention.bytes': hasRetention ? String(prng.between(5000, 30_000)) : '-1',
  };
  if (prng.chance(0.2)) config['segment.ms'] = String(prng.between(200, 2000));
  if (prng.chance(0.1)) config['segment.index.bytes'] = String(prng.pick([24, 120]));
  if (prng.chance(0.15)) config['message.timestamp.type'] = 'LogAppendTime';
  if (prng.chance(0.1)) config['compression.type'] = prng.pick(['gzip', 'snappy', 'lz4', 'uncompressed']);
  if (flushesEach) config['flush.messages'] = '1';
  else if (prng.chance(0.4)) config['flush.messages'] = String(prng.pick([10, 50, 200]));
  if (prng.chance(0.3)) config['flush.ms'] = String(prng.pick([100, 500, 2000]));
  return config;
}

function drawBrokerConfig(prng: Prng, flushesEach: boolean): Record<string, string> {
  const config: Record<string, string> = {
    'offsets.topic.num.partitions': String(prng.pick([1, 1, 3])),
    'offsets.topic.segment.bytes': String(prng.pick([4000, 20_000, 1_000_000])),
    'log.initial.task.delay.ms': String(prng.pick([10, 200])),
    'log.retention.check.interval.ms': String(prng.pick([100, 500])),
    'log.flush.offset.checkpoint.interval.ms': String(prng.pick([50, 300, 60_000])),
    'log.flush.start.offset.checkpoint.interval.ms': String(prng.pick([50, 300, 60_000])),
    'log.flush.scheduler.interval.ms': String(prng.pick([100, 300])),
    'replica.high.watermark.checkpoint.interval.ms': String(prng.pick([50, 300, 5000])),
    'num.recovery.threads.per.data.dir': String(prng.pick([1, 4])),
    'max.incremental.fetch.session.cache.slots': String(prng.pick([0, 1, 1000])),
    'group.initial.rebalance.delay.ms': String(prng.pick([0, 100, 1000])),
  };
  if (flushesEach) config['log.flush.interval.messages'] = '1';
  if (prng.chance(0.15)) config['connections.max.idle.ms'] = String(prng.between(300, 2000));
  return config;
}

/** What a record has beside its value, at most, and a batch beside its records. */
const OVERHEAD_BYTES = 60;

function drawProducer(prng: Prng, faultPhaseMs: number, segmentBytes: number): ProducerOptions {
  const batches = prng.between(10, 60);
  const valueBytesMax = prng.pick([20, 200, 1500]);
  // A batch larger than a segment is refused.
  const recordsFit = Math.floor((segmentBytes - 2 * OVERHEAD_BYTES) / (valueBytesMax + OVERHEAD_BYTES));
  return {
    idempotent: prng.chance(0.75),
    acks: prng.pick([1, -1]),
    batches,
    recordsMax: Math.min(prng.pick([1, 5, 20]), recordsFit),
    valueBytesMax,
    codec: prng.pick(['none', 'none', 'gzip', 'snappy', 'lz4']),
    inFlightMax: prng.between(1, 5),
    pauseMs: (faultPhaseMs / batches) * prng.pick([0.2, 1, 2]),
    renewChance: prng.pick([0, 0.1, 0.4]),
    resendChance: prng.chance(0.5) ? 0.2 : 0,
    firstSequence: prng.chance(0.2) ? 2 ** 31 - prng.between(1, 60) : 0,
  };
}

function drawReader(prng: Prng): ReaderOptions {
  return {
    sessions: prng.chance(0.5),
    maxWaitMs: prng.pick([0, 50, 500]),
    maxBytes: prng.pick([1, 4000, 1_000_000]),
    partitionMaxBytes: prng.pick([1, 1000, 100_000]),
    seekChance: prng.chance(0.5) ? 0.2 : 0,
  };
}

function drawFaults(prng: Prng, hasPowerLoss: boolean): FaultOptions {
  const sometimes = (chance: number, low: number, high: number): number =>
    prng.chance(chance) ? prng.between(low, high) : 0;
  return {
    // Killed first, then without power: what the page cache saved is lost after it was recovered.
    killMs: sometimes(hasPowerLoss ? 0.8 : 0.5, 400, 3000),
    killInCallMs: sometimes(0.4, 400, 3000),
    powerLossMs: hasPowerLoss ? sometimes(0.8, 200, 2000) : 0,
    powerLossInCallMs: hasPowerLoss ? sometimes(0.7, 200, 2000) : 0,
    restartMs: sometimes(0.4, 400, 3000),
    freezeMs: sometimes(0.25, 300, 3000),
    clientFreezeMs: sometimes(0.2, 300, 3000),
    clockJumpMs: sometimes(0.2, 300, 3000),
    splitMs: sometimes(0.3, 300, 3000),
    resetMs: sometimes(0.3, 100, 2000),
    fullDiskMs: sometimes(0.2, 500, 3000),
    slowDiskMs: sometimes(0.2, 500, 3000),
    // A failed fsync and a power loss together lose flushed records on any file system, Kafka's included.
    diskErrorMs: hasPowerLoss ? 0 : sometimes(0.25, 500, 3000),
    powerLossAtRollChance: hasPowerLoss ? prng.pick([0, 0.05, 0.3]) : 0,
    aftershockChance: prng.pick([0, 0.7]),
    downMsMax: prng.pick([50, 500, 2000]),
    inspectChance: prng.pick([0, 0.5]),
  };
}
