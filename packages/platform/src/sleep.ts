import type { Clock } from './clock.ts';
import { onAbort } from './on-abort.ts';

/** `Clock.sleep` on top of `setTimer`, the same for every twin. */
export function sleepWith(clock: Pick<Clock, 'setTimer'>, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const timer = clock.setTimer(delayMs, () => {
      forget?.();
      resolve();
    });
    const abort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const forget = signal === undefined ? undefined : onAbort(signal, abort);
  });
}

/** The longest delay a timer can have, ms: what a signed 32-bit number holds, since Node fires a longer one at once. */
export const timerDelayMsMax = 2 ** 31 - 1;

/** The delay a timer really gets: within [0, 2^31 - 1], whatever was asked for. */
export function clampDelayMs(delayMs: number): number {
  return delayMs > 0 ? Math.min(delayMs, timerDelayMsMax) : 0;
}
