import type { Log } from '@ottla/storage';
import type { BrokerHost } from '../broker-host.ts';
import type { Verdict } from '../verdict.ts';

interface Seen {
  highWatermark: number;
  logEndOffset: number;
  logStartOffset: number;
}

/** R6, after every event: within a life of the broker nothing of this falls, and start <= high watermark <= end. */
export class LiveChecks {
  readonly #verdict: Verdict;
  #life = 0;
  #seen = new Map<Log, Seen>();

  constructor(verdict: Verdict) {
    this.#verdict = verdict;
  }

  afterEvent(host: BrokerHost): void {
    const { broker } = host;
    if (broker === undefined) return;
    if (host.life !== this.#life) {
      this.#life = host.life;
      this.#seen = new Map();
    }
    for (const log of broker.services.logs.logs()) this.#look(log);
  }

  #look(log: Log): void {
    const { highWatermark, logEndOffset, logStartOffset } = log;
    const seen = this.#seen.get(log);
    if (seen === undefined) {
      this.#seen.set(log, { highWatermark, logEndOffset, logStartOffset });
      return;
    }
    if (
      seen.highWatermark === highWatermark &&
      seen.logEndOffset === logEndOffset &&
      seen.logStartOffset === logStartOffset
    ) {
      return;
    }
    const fits =
      highWatermark >= seen.highWatermark &&
      logEndOffset >= seen.logEndOffset &&
      logStartOffset >= seen.logStartOffset &&
      logStartOffset <= highWatermark &&
      highWatermark <= logEndOffset;
    this.#verdict.require(
      fits,
      'R6 high-watermark',
      () =>
        `${log.topic}-${log.partition}: ${JSON.stringify(seen)} became ${JSON.stringify({ highWatermark, logEndOffset, logStartOffset })}`,
    );
    seen.highWatermark = highWatermark;
    seen.logEndOffset = logEndOffset;
    seen.logStartOffset = logStartOffset;
  }
}
