/*
 * One run: a broker and its clients in a simulated world. A phase with faults, in which only safety is demanded; then all
 * faults end, and everybody must get done; then the broker stops and its disk is gone over.
 */
import type { Broker } from '@ottla/broker';
import { BrokerConfig } from '@ottla/common';
import { createSimulatedWorld, type SimulatedNode, type SimulatedWorld } from '@ottla/platform/simulated';
import type { StorageRules } from '@ottla/storage';
import { BrokerHost, type BrokerHostListener, type LogAtEnd } from './broker-host.ts';
import { checkAtEnd } from './checkers/final-checks.ts';
import { LiveChecks } from './checkers/live-checks.ts';
import { checkLog } from './checkers/log-checks.ts';
import type { SimulationContext } from './context.ts';
import { Nemesis } from './faults/nemesis.ts';
import { brokerProperties, logConfigOf } from './log-config-of.ts';
import type { CommitRegister } from './model/commit-register.ts';
import { GroupModel } from './model/group-model.ts';
import { type Ending, PartitionModel } from './model/partition-model.ts';
import type { Send } from './model/send.ts';
import { createTopics } from './settle/create-topics.ts';
import { settle } from './settle/settle.ts';
import type { SimulationOptions } from './simulation-options.ts';
import type { Verdict } from './verdict.ts';
import { startWorkload, type Workload } from './workload/workload.ts';

/** Virtual time the broker and its clients have to get done after the last fault, ms. */
const SETTLE_MS_MAX = 60_000;

export interface SimulationHooks {
  readonly note?: ((line: string) => void) | undefined;
  readonly traceLine?: ((line: string) => void) | undefined;
}

export class Simulation implements SimulationContext, BrokerHostListener {
  readonly world: SimulatedWorld;
  readonly options: SimulationOptions;
  readonly verdict: Verdict;
  readonly host: BrokerHost;
  readonly sends = new Map<string, Send>();
  readonly models = new Map<string, PartitionModel>();
  readonly commits = new Map<string, CommitRegister>();
  readonly group: GroupModel;
  readonly clients: readonly SimulatedNode[];
  isSettling = false;
  isDone = false;
  powerLosses = 0;
  readonly #hooks: SimulationHooks;
  readonly #live: LiveChecks;
  readonly #nemesis: Nemesis;
  /** Logs that were not there after a start, their directory being offline: how their broker ended. */
  readonly #missing = new Map<string, { ending: Ending; before: LogAtEnd | undefined }>();

  constructor(options: SimulationOptions, rules: StorageRules, verdict: Verdict, hooks: SimulationHooks) {
    this.options = options;
    this.verdict = verdict;
    this.#hooks = hooks;
    this.world = createSimulatedWorld(options.seed, {
      disk: options.disk,
      network: options.network,
      ...(hooks.traceLine === undefined ? {} : { traceLine: hooks.traceLine }),
      logLine: (node, { level, logger, message, error }) => {
        if (node === 'broker') this.#nemesis.logged(message);
        this.#logLine(node, level, `${logger} ${message}`, error);
      },
    });
    const node = this.world.node('broker');
    this.clients = Array.from({ length: options.clientNodes }, (_none, index) => this.world.node(`client${index}`));
    const config = BrokerConfig.parse({ overrides: brokerProperties(options, node.name) });
    this.host = new BrokerHost(this.world, verdict, {
      node,
      config,
      logConfig: logConfigOf(options),
      rules,
      metadataSnapshotBytesMin: options.metadataSnapshotBytesMin,
      listener: this,
    });
    for (const { name, partitions } of options.topics) {
      for (let partition = 0; partition < partitions; partition++) {
        this.models.set(`${name}-${partition}`, new PartitionModel(name, partition, verdict, this.sends));
      }
    }
    this.group = new GroupModel('billing', verdict);
    this.#live = new LiveChecks(verdict);
    this.#nemesis = new Nemesis(this, this.clients);
    this.host.mayFail = () => this.#nemesis.diskFails;
  }

  /** Resolves when all is well; rejects with the failure. */
  async run(): Promise<void> {
    const afterEvent = (): void => {
      this.host.watch();
      this.#live.afterEvent(this.host);
      this.verdict.throwIfFailed();
    };
    await this.world.finish(this.#phases(), { afterEvent, maxEvents: 3_000_000 });
    this.verdict.throwIfFailed();
  }

  note(line: string): void {
    this.#hooks.note?.(`${this.world.nowMs.toFixed(1).padStart(9)} ${line}`);
  }

  /** Virtual time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.world.schedule(ms, undefined, 'simulation.sleep', resolve);
    });
  }

  ended(ending: Ending): void {
    this.note(`broker: ended by ${ending}`);
    if (ending === 'powerLoss') this.powerLosses++;
    const takesCommits = ending === 'powerLoss' && !this.options.flushesEach;
    for (const register of this.commits.values()) register.brokerEnded(takesCommits);
    this.group.brokerEnded(takesCommits, this.host.life);
  }

  started(broker: Broker, ending: Ending, before: ReadonlyMap<string, LogAtEnd>): void {
    this.note(`broker: life ${this.host.life} started after ${ending}`);
    if (ending !== 'clean') this.#nemesis.recovered();
    const { logs } = broker.services;
    for (const [name, model] of this.models) {
      const log = logs.get(model.topic, model.partition);
      const missed = this.#missing.get(name);
      const last = { ending: worse(missed?.ending, ending), before: before.get(name) ?? missed?.before };
      if (log === undefined) {
        const isExpected = last.before === undefined || logs.offlineDirectories.length > 0;
        this.verdict.require(isExpected, 'R10 lost-write', () => `${name} is gone after ${ending}`);
        this.#missing.set(name, last);
        continue;
      }
      this.#missing.delete(name);
      model.restarted(
        this.host.life,
        log.logStartOffset,
        log.logEndOffset,
        last.ending,
        this.#demandedEnd(model, last.ending, last.before),
      );
    }
    for (const log of logs.logs()) {
      if (log.isOffline) continue;
      checkLog(log, this.host.node.disk, this.verdict, true);
      this.#checkEpochsSurvived(log.state.epochs.entries, log.logStartOffset, log.logEndOffset, before, log);
    }
  }

  #demandedEnd(model: PartitionModel, ending: Ending, before: LogAtEnd | undefined): number {
    if (before === undefined) return 0;
    if (ending !== 'powerLoss') return before.logEndOffset;
    return this.options.flushesEach ? Math.max(before.recoveryPoint, model.endOffset) : before.recoveryPoint;
  }

  /** R8: what the cache said below the new log end it still says. */
  #checkEpochsSurvived(
    entries: readonly { readonly epoch: number; readonly startOffset: number }[],
    startOffset: number,
    endOffset: number,
    before: ReadonlyMap<string, LogAtEnd>,
    log: { readonly topic: string; readonly partition: number },
  ): void {
    const name = `${log.topic}-${log.partition}`;
    if (!this.models.has(name)) return;
    const { epochs = [], logStartOffset = 0 } = before.get(name) ?? {};
    for (const { epoch, startOffset: began } of epochs) {
      // The first one is cut off where the log started, and may have its beginning back.
      if (began <= Math.max(startOffset, logStartOffset) || began >= endOffset) continue;
      this.verdict.require(
        entries.some((entry) => entry.epoch === epoch && entry.startOffset === began),
        'R8 epoch-cache',
        () => `${name}: epoch ${epoch} began at ${began}; after the restart the cache is ${JSON.stringify(entries)}`,
      );
    }
  }

  async #phases(): Promise<void> {
    this.host.start();
    await this.#until(() => this.host.broker !== undefined, 'the broker starts');
    await createTopics(this);
    this.host.inspectChance = this.options.faults.inspectChance;
    const workload = startWorkload(this, this.group);
    this.#nemesis.start();
    await this.sleep(this.options.faultPhaseMs);
    this.#nemesis.stop();
    this.isSettling = true;
    this.note('settling');
    await this.#getDone(workload);
    await checkAtEnd(this);
  }

  async #getDone(workload: Workload): Promise<void> {
    const deadline = this.sleep(SETTLE_MS_MAX).then(() => {
      if (this.isDone) return;
      this.verdict.fail('liveness', 'settle', `${SETTLE_MS_MAX} ms after the last fault: ${workload.describe()}`);
    });
    await Promise.race([deadline, this.#heal(workload)]);
    this.isDone = true;
    // Nobody listens to it any more.
    deadline.catch(() => undefined);
    workload.close();
  }

  async #heal(workload: Workload): Promise<void> {
    workload.isWaitingFor = 'the broker to run';
    await this.#until(() => this.host.broker !== undefined, 'the broker is back');
    if (this.host.isDegraded) {
      workload.isWaitingFor = 'a restart with all directories';
      await this.host.stop(10);
      await this.#until(() => this.host.broker !== undefined && !this.host.isDegraded, 'all directories are back');
    }
    await settle(this, workload);
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    for (let waitedMs = 0; !holds(); waitedMs += 5) {
      if (waitedMs > SETTLE_MS_MAX) this.verdict.fail('liveness', 'start', `${what}: not within ${SETTLE_MS_MAX} ms`);
      await this.sleep(5);
    }
  }

  #logLine(node: string, level: string, text: string, error: unknown): void {
    if (this.#hooks.note === undefined || level === 'DEBUG') return;
    const trace =
      error === undefined ? '' : ` ${error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error)}`;
    this.note(`${node} ${level} ${text}${trace}`);
  }
}

function worse(left: Ending | undefined, right: Ending): Ending {
  if (left === 'powerLoss' || right === 'powerLoss') return 'powerLoss';
  return left === 'kill' || right === 'kill' ? 'kill' : 'clean';
}
