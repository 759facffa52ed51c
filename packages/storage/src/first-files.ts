import { RingQueue, WorkSlice } from '@ottla/common';
import type { Clock } from '@ottla/platform';
import { isPassing } from './disk-errors.ts';
import type { Housekeeper } from './housekeeper.ts';
import { storeEpochs } from './leader-epoch-file.ts';
import { firstFilesPauseMs, firstFilesWaitingMax } from './limits.ts';
import type { LogState } from './log-state.ts';
import { storeTopicId } from './topic-id.ts';

/**
 * The files of a new log. Its directory alone makes it a log, so the others follow in the background, and at the latest
 * before the first record: a thousand partitions are usable sooner. After a crash in between the log is as new, and is told
 * its topic id and its leader epoch again.
 */
export function makeFirstFiles(log: LogState): void {
  if (!log.lacksFiles || log.isClosed || log.isOffline) return;
  log.lacksFiles = false;
  try {
    log.active.createFiles();
    log.names.changed();
  } catch (error) {
    if (!isPassing(error)) {
      log.fail(`Error while creating log for ${log.where} in dir ${log.logDirectory}`, error);
      return;
    }
    // Each is made when it is first written to.
    log.logger.error(`The files of ${log.where} could not be made`, error);
  }
  if (log.topicId !== undefined) storeTopicId(log, log.topicId);
  if (log.epochsAreUnwritten) storeEpochs(log, log.epochs.format());
}

/** New logs that wait for their files; at a stop those that are left get them as they are closed. */
export class FirstFiles {
  readonly #clock: Clock;
  readonly #housekeeper: Housekeeper;
  readonly #waiting = new RingQueue<LogState>(firstFilesWaitingMax);

  constructor(clock: Clock, housekeeper: Housekeeper) {
    this.#clock = clock;
    this.#housekeeper = housekeeper;
  }

  add(log: LogState): void {
    if (this.#waiting.push(log) && this.#waiting.size === 1) this.#later();
  }

  #later(): void {
    this.#housekeeper.after(firstFilesPauseMs, () => {
      this.#makeSome();
      return Promise.resolve();
    });
  }

  #makeSome(): void {
    const slice = new WorkSlice(this.#clock);
    while (!slice.isSpent()) {
      const log = this.#waiting.shift();
      if (log === undefined) return;
      makeFirstFiles(log);
    }
    if (this.#waiting.size > 0) this.#later();
  }
}
