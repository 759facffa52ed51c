/**
 * The coordinators of the partitions of one internal topic that this broker leads (Kafka's CoordinatorRuntime): one shard
 * for each, loaded from the log on election, gone with the leadership.
 */
import { Logger, type Platform } from '@ottla/platform';
import { ErrorCode } from '@ottla/protocol';
import { loadShard } from './load-shard.task.ts';
import type { ReplicatedLog } from './replicated-log.ts';
import type { CoordinatorShard, Reply, WriteResult } from './shard.ts';
import { ShardHost } from './shard-host.ts';

export interface RuntimeOptions<Shard extends CoordinatorShard> {
  readonly platform: Platform;
  /** For log lines: `GroupCoordinator id=0`. */
  readonly name: string;
  readonly topic: string;
  readonly build: (partition: number, host: ShardHost<Shard>) => Shard;
  /** Cap on one decompressed batch of the internal topic, bytes. */
  readonly decompressedBytesMax: number;
}

export class CoordinatorRuntime<Shard extends CoordinatorShard> {
  readonly #options: RuntimeOptions<Shard>;
  readonly #hosts = new Map<number, ShardHost<Shard>>();

  constructor(options: RuntimeOptions<Shard>) {
    this.#options = options;
  }

  /** This broker leads `partition` now. An older epoch's shard is closed first; the same or an older epoch changes nothing. */
  elected(partition: number, log: ReplicatedLog): void {
    const current = this.#hosts.get(partition);
    if (current !== undefined && current.state !== 'closed' && current.log.leaderEpoch >= log.leaderEpoch) return;
    current?.close(ErrorCode.NOT_COORDINATOR);
    this.#load(partition, log);
  }

  /** The leadership of `partition` is gone. */
  resigned(partition: number): void {
    this.#hosts.get(partition)?.close(ErrorCode.NOT_COORDINATOR);
    this.#hosts.delete(partition);
  }

  close(): void {
    for (const partition of [...this.#hosts.keys()]) this.resigned(partition);
  }

  /** Appends what `operation` returns and replies when it is committed. */
  write<Res>(partition: number, operation: (shard: Shard) => WriteResult<Res>, reply: Reply<Res>): void {
    const host = this.#hosts.get(partition);
    if (host === undefined) reply({ error: ErrorCode.NOT_COORDINATOR, message: null });
    else host.write(operation, reply);
  }

  /** Replies with what `operation` sees, once that is committed. */
  read<Res>(partition: number, operation: (shard: Shard) => Res, reply: Reply<Res>): void {
    const host = this.#hosts.get(partition);
    if (host === undefined) reply({ error: ErrorCode.NOT_COORDINATOR, message: null });
    else host.read(operation, reply);
  }

  /** Runs `operation` at once on the active shard of `partition`; see `ShardHost.act`. */
  act(partition: number, operation: (shard: Shard) => void, refuse: (error: ErrorCode) => void): void {
    const host = this.#hosts.get(partition);
    if (host === undefined) refuse(ErrorCode.NOT_COORDINATOR);
    else host.act(operation, refuse);
  }

  /** Shards that can answer now, with their partition. */
  active(): { readonly partition: number; readonly shard: Shard }[] {
    return [...this.#hosts]
      .filter(([, host]) => host.state === 'active')
      .map(([partition, host]) => ({ partition, shard: host.shard }));
  }

  /** Whether any led partition is still loading: ListGroups answers COORDINATOR_LOAD_IN_PROGRESS then. */
  get isLoading(): boolean {
    return [...this.#hosts.values()].some((host) => host.state === 'loading');
  }

  #load(partition: number, log: ReplicatedLog): void {
    const { platform, name, topic } = this.#options;
    const logger = new Logger(
      platform.log,
      'kafka.coordinator.group.GroupMetadataManager',
      `[${name}]: ${topic}-${partition} epoch ${log.leaderEpoch}: `,
    );
    const host: ShardHost<Shard> = new ShardHost<Shard>({
      log,
      clock: platform.clock,
      logger,
      build: (built) => this.#options.build(partition, built),
      onLost: () => {
        if (this.#hosts.get(partition) === host) this.#load(partition, log);
      },
    });
    this.#hosts.set(partition, host);
    void loadShard(host, platform.clock, logger, this.#options.decompressedBytesMax).catch((error: unknown) => {
      logger.error('Loading failed', error);
      host.close(ErrorCode.NOT_COORDINATOR);
    });
  }
}
