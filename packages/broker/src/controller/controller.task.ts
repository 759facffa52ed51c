/**
 * Which broker is the controller, and for how long. Every broker watches `/controller`; whoever can create it together
 * with the next `/controller_epoch`, in one multi, reigns until the node or the session goes. All that a reign writes is
 * conditional on that epoch (KIP-380's fence extended to the store).
 */
import type { Coordination } from '@ottla/coordination';
import {
  decodeController,
  decodeControllerEpoch,
  encodeController,
  encodeControllerEpoch,
  paths,
} from '@ottla/coordination/cluster';
import type { Clock, Crypto, Logger } from '@ottla/platform';
import type { AlterPartitionRequest, AlterPartitionResponse } from '@ottla/protocol';
import { ErrorCode } from '@ottla/protocol';
import { failed } from './alter-partition.task.ts';
import type { ChannelFactory } from './broker-channel.ts';
import { EventQueue } from './event-queue.task.ts';
import { ControllerMovedError, FencedWriter } from './fenced-writer.task.ts';
import type { ControllerSettings } from './reign.ts';
import { Reign } from './reign.ts';
import { ReignEvents } from './reign-events.task.ts';

/** Rounds of an election against others before this broker gives up until `/controller` changes again. */
const ELECTION_ROUNDS_MAX = 20;
const FIRST_EPOCH = 0;

export interface ControllerOptions {
  readonly settings: ControllerSettings;
  readonly coordination: Coordination;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly logger: Logger;
  readonly openChannel: ChannelFactory;
  /** The last run of this broker left no clean-shutdown mark: the partitions it leads get a new leader epoch. */
  readonly isUncleanStart: () => boolean;
  /** Called when a topic is gone for good, nodes and all, or cannot go now. */
  readonly onTopicDeletion?: (topic: string) => void;
}

export class Controller {
  readonly #options: ControllerOptions;
  readonly #queue: EventQueue;
  #events: ReignEvents | undefined;
  #activeId = -1;
  #hasReigned = false;
  /** The store could not keep the last election. */
  #isRefused = false;
  #stopped = false;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#queue = new EventQueue((name, error) => this.#eventFailed(name, error));
  }

  get settings(): ControllerSettings {
    return this.#options.settings;
  }

  /** Id of the broker that reigns as far as this one knows, -1 for none. */
  get activeId(): number {
    return this.#activeId;
  }

  /** The reign's services while this broker is the controller. */
  get active(): ReignEvents | undefined {
    return this.#events;
  }

  /**
   * Takes part in elections from now on. Resolves when the first one is over and its reign has begun; rejects when the
   * store takes no writes, since nobody would try again.
   */
  async start(): Promise<void> {
    this.#queue.put('Startup', () => this.#elect());
    await this.#queue.idle();
    if (this.#isRefused) {
      throw new Error(
        `No controller can be elected: ${paths.CONTROLLER} can't be written (StorageFailed). Make room in the first log directory.`,
      );
    }
  }

  /** Gives the controllership up, when this broker has it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#queue.close();
    await this.#resign();
  }

  /** Resolves once all events so far are done. For tests and for orderly steps at start. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  /** Runs `use` in the controller's order; undefined when this broker is not the controller. */
  withReign<T>(name: string, use: (events: ReignEvents) => Promise<T>): Promise<T | undefined> {
    if (this.#events === undefined) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const run = async (): Promise<void> => {
        const events = this.#events;
        if (events === undefined) {
          resolve(undefined);
          return;
        }
        try {
          resolve(await use(events));
        } catch (error) {
          if (error instanceof ControllerMovedError) resolve(undefined);
          else reject(error);
          throw error;
        }
      };
      this.#queue.put(name, run, () => resolve(undefined));
    });
  }

  async alterPartition(request: AlterPartitionRequest, version: number): Promise<AlterPartitionResponse> {
    const answer = await this.withReign('AlterPartition', (events) => events.alterPartition.alter(request, version));
    return answer ?? failed(ErrorCode.NOT_CONTROLLER);
  }

  async #elect(): Promise<void> {
    const { coordination, settings, clock, logger } = this.#options;
    for (let round = 0; round < ELECTION_ROUNDS_MAX && !this.#stopped; round++) {
      const there = await coordination.exists(paths.CONTROLLER, this.#controllerChanged);
      if (!there.ok) break;
      if (there.stat !== null) {
        const node = await coordination.get(paths.CONTROLLER);
        if (!node.ok) continue;
        this.#activeId = decodeController(node.data) ?? -1;
        logger.debug(`Broker ${this.#activeId} has been elected as the controller, so stopping the election process.`);
        return;
      }
      const found = await this.#controllerEpoch();
      if (found === undefined) continue;
      const epoch = found.epoch + 1;
      const outcome = await coordination.multi([
        {
          op: 'create',
          path: paths.CONTROLLER,
          data: encodeController(settings.brokerId, clock.wallMs()),
          ephemeral: true,
        },
        { op: 'set', path: paths.CONTROLLER_EPOCH, data: encodeControllerEpoch(epoch), version: found.version },
      ]);
      if (outcome.ok || (await this.#wonAnyway(epoch))) {
        this.#isRefused = false;
        await this.#reignFrom(epoch, found.version + 1);
        return;
      }
      this.#isRefused = outcome.code === 'StorageFailed';
      if (this.#isRefused) return;
    }
  }

  async #controllerEpoch(): Promise<{ epoch: number; version: number } | undefined> {
    const { coordination } = this.#options;
    const node = await coordination.get(paths.CONTROLLER_EPOCH);
    if (node.ok) {
      const epoch = decodeControllerEpoch(node.data);
      if (epoch === undefined) throw new Error(`${paths.CONTROLLER_EPOCH} holds no number`);
      return { epoch, version: node.stat.version };
    }
    const created = await coordination.create(paths.CONTROLLER_EPOCH, encodeControllerEpoch(FIRST_EPOCH));
    return created.ok ? { epoch: FIRST_EPOCH, version: 0 } : undefined;
  }

  /** The answer was lost, or somebody was quicker: the node tells. */
  async #wonAnyway(epoch: number): Promise<boolean> {
    const { coordination, settings } = this.#options;
    const node = await coordination.get(paths.CONTROLLER);
    if (!node.ok || decodeController(node.data) !== settings.brokerId) return false;
    if (node.stat.ephemeralOwner !== coordination.session.id) return false;
    const stored = await coordination.get(paths.CONTROLLER_EPOCH);
    return stored.ok && decodeControllerEpoch(stored.data) === epoch;
  }

  async #reignFrom(epoch: number, epochVersion: number): Promise<void> {
    const { coordination, settings, clock, crypto, logger, openChannel } = this.#options;
    this.#activeId = settings.brokerId;
    logger.info(
      `${settings.brokerId} successfully elected as the controller. Epoch incremented to ${epoch} and epoch zk version is now ${epochVersion}`,
    );
    const reign: Reign = new Reign({
      settings,
      coordination,
      writer: new FencedWriter(coordination, epochVersion, () => reign.retryLater()),
      epoch,
      logger,
      clock,
      queue: this.#queue,
      openChannel,
      onTopicDeletion: this.#options.onTopicDeletion,
    });
    const events = new ReignEvents(reign, crypto);
    this.#events = events;
    const restarted = this.#options.isUncleanStart() && !this.#hasReigned ? settings.brokerId : undefined;
    this.#hasReigned = true;
    await events.begin(restarted);
  }

  /** One-shot watch on `/controller`; the next election arms it again. */
  readonly #controllerChanged = (): void => {
    this.#queue.put('ControllerChange', async () => {
      const { coordination, settings } = this.#options;
      const node = await coordination.get(paths.CONTROLLER);
      const isOurs =
        node.ok &&
        decodeController(node.data) === settings.brokerId &&
        node.stat.ephemeralOwner === coordination.session.id;
      if (isOurs && this.#events !== undefined) {
        await coordination.exists(paths.CONTROLLER, this.#controllerChanged);
        return;
      }
      this.#dropReign();
      await this.#elect();
    });
  };

  async #eventFailed(name: string, error: unknown): Promise<void> {
    const { logger } = this.#options;
    if (error instanceof ControllerMovedError) {
      logger.info(`Controller moved to another broker when processing ${name}: ${error.message}`);
      const wasActive = this.#events !== undefined;
      await this.#resign();
      if (wasActive && !this.#stopped) this.#queue.put('Reelect', () => this.#elect());
      return;
    }
    logger.error(`Error processing event ${name}`, error);
  }

  #dropReign(): void {
    this.#events?.reign.end();
    this.#events = undefined;
    this.#activeId = -1;
  }

  /** Leaves `/controller` to others, unless it is no longer ours. */
  async #resign(): Promise<void> {
    const events = this.#events;
    if (events === undefined) return;
    this.#dropReign();
    try {
      await events.reign.writer.write([{ op: 'delete', path: paths.CONTROLLER, version: -1 }]);
    } catch (error) {
      if (!(error instanceof ControllerMovedError)) throw error;
    }
  }
}
