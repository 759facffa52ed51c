import { type Broker, startBroker } from '@ottla/broker';
import type { BrokerConfig } from '@ottla/common';
import type { Platform } from '@ottla/platform';
import type { SimulatedNode, SimulatedWorld } from '@ottla/platform/simulated';
import type { LogConfig, StorageRules } from '@ottla/storage';
import { type Inspection, inspectLogs } from './checkers/inspect-logs.ts';
import type { Ending } from './model/partition-model.ts';
import type { Verdict } from './verdict.ts';

/** What a log was like when its broker ended. */
export interface LogAtEnd {
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  /** Below it everything was flushed: Kafka's promise for a power loss. */
  readonly recoveryPoint: number;
  readonly epochs: readonly { readonly epoch: number; readonly startOffset: number }[];
}

export interface BrokerHostListener {
  /** The process is gone. */
  ended(ending: Ending): void;
  /** It serves requests; not one of this life has been handled yet. */
  started(broker: Broker, ending: Ending, before: ReadonlyMap<string, LogAtEnd>): void;
}

/** A start that fails while the disk is full or gives errors is tried again after this, ms. */
const RETRY_MS = 300;

/** The broker's machine and its supervisor: starts it, ends it in all ways, starts it again. */
export class BrokerHost {
  readonly node: SimulatedNode;
  readonly config: BrokerConfig;
  /** Chance of an inspection before a start after a crash. */
  inspectChance = 0;
  /** Starting or halting may fail just now: the disk is made to fail. */
  mayFail: () => boolean = () => false;
  readonly #world: SimulatedWorld;
  readonly #verdict: Verdict;
  readonly #rules: StorageRules;
  readonly #logConfig: LogConfig;
  readonly #metadataSnapshotBytesMin: number;
  readonly #listener: BrokerHostListener;
  readonly #prng;
  #broker: Broker | undefined;
  #state: 'down' | 'starting' | 'running' | 'stopping' = 'down';
  #life = 0;
  #failuresSeen = 0;
  /** The worst since it last ran. */
  #ending: Ending = 'clean';
  #before: ReadonlyMap<string, LogAtEnd> = new Map();

  constructor(
    world: SimulatedWorld,
    verdict: Verdict,
    parts: {
      readonly node: SimulatedNode;
      readonly config: BrokerConfig;
      /** Of the topics: an inspection has no metadata to ask. */
      readonly logConfig: LogConfig;
      readonly rules: StorageRules;
      readonly metadataSnapshotBytesMin: number;
      readonly listener: BrokerHostListener;
    },
  ) {
    this.#world = world;
    this.#verdict = verdict;
    this.node = parts.node;
    this.config = parts.config;
    this.#rules = parts.rules;
    this.#logConfig = parts.logConfig;
    this.#metadataSnapshotBytesMin = parts.metadataSnapshotBytesMin;
    this.#listener = parts.listener;
    this.#prng = world.prng('host');
  }

  /** Counts starts. */
  get life(): number {
    return this.#life;
  }

  /** Set while it serves requests. */
  get broker(): Broker | undefined {
    return this.#state === 'running' ? this.#broker : undefined;
  }

  get state(): string {
    return this.#state;
  }

  /** A directory failed: only a restart brings it back. */
  get isDegraded(): boolean {
    return (this.broker?.services.logs.offlineDirectories.length ?? 0) > 0;
  }

  start(): void {
    const platform = this.node.restart();
    const life = ++this.#life;
    this.#state = 'starting';
    this.#failuresSeen = this.node.failures.length;
    const inspects = this.#ending !== 'clean' && this.#prng.chance(this.inspectChance);
    const starting = async (): Promise<Broker> => {
      if (inspects) await inspectLogs(this.#inspection(platform));
      return startBroker(platform, this.config, {
        storageRules: this.#rules,
        metadataSnapshotBytesMin: this.#metadataSnapshotBytesMin,
      });
    };
    starting().then(
      (broker) => {
        if (life !== this.#life || !this.node.running) return;
        const ending = this.#ending;
        const before = this.#before;
        this.#broker = broker;
        this.#state = 'running';
        this.#ending = 'clean';
        try {
          this.#listener.started(broker, ending, before);
        } catch (error) {
          this.#verdict.crashed('after a start', error);
        }
      },
      (error: unknown) => {
        if (life !== this.#life || !this.node.running) return;
        this.#startFailed(error);
      },
    );
  }

  kill(downMs: number): void {
    if (this.#state === 'down') return;
    this.#remember('kill');
    this.node.kill();
    this.#startLater(downMs);
  }

  powerLoss(downMs: number): void {
    if (this.#state === 'down' && !this.node.powered) return;
    const wasDown = this.#state === 'down';
    this.#remember('powerLoss');
    this.node.powerLoss();
    if (!wasDown) this.#startLater(downMs);
  }

  /** In order. Resolves when it has stopped; it starts again after `downMs` unless that is undefined. */
  async stop(downMs: number | undefined): Promise<void> {
    const broker = this.broker;
    if (broker === undefined) return;
    const life = this.#life;
    this.#state = 'stopping';
    await broker.shutdown();
    if (life !== this.#life || !this.node.running) return;
    this.#remember('clean');
    if (downMs === undefined) return;
    this.node.kill();
    this.#startLater(downMs);
  }

  /** After each event: a process that ended by itself, in a disk call or because it halted, is noticed here. */
  watch(): void {
    if (this.#state === 'down' || this.node.running) return;
    const failure = this.node.failures[this.#failuresSeen];
    if (failure !== undefined && !this.mayFail()) {
      this.#verdict.fail('crash', failure.kind, failure.reason, failure.error);
    }
    this.#remember(this.node.powered ? 'kill' : 'powerLoss');
    this.#startLater(this.#prng.delay(5, 100));
  }

  #inspection(platform: Platform): Inspection {
    return {
      platform,
      disk: this.node.disk,
      config: this.config,
      logConfig: this.#logConfig,
      rules: this.#rules,
      verdict: this.#verdict,
    };
  }

  #remember(ending: Ending): void {
    const broker = this.#broker;
    if (broker !== undefined) {
      const before = new Map<string, LogAtEnd>();
      for (const log of broker.services.logs.logs()) {
        before.set(`${log.topic}-${log.partition}`, {
          logStartOffset: log.logStartOffset,
          logEndOffset: log.logEndOffset,
          recoveryPoint: log.recoveryPoint,
          epochs: [...log.state.epochs.entries],
        });
      }
      this.#before = before;
    }
    this.#broker = undefined;
    this.#state = 'down';
    if (ending === 'powerLoss' || this.#ending === 'clean') this.#ending = ending;
    this.#listener.ended(ending);
  }

  #startLater(downMs: number): void {
    this.#world.schedule(downMs, undefined, 'host.start', () => {
      if (this.#state === 'down') this.start();
    });
  }

  #startFailed(error: unknown): void {
    if (!this.mayFail()) {
      this.#verdict.crashed('the broker does not start', error);
      return;
    }
    this.#remember('kill');
    this.node.kill();
    this.#startLater(RETRY_MS);
  }
}
