// Waiting: always for something that can be seen, always with a limit.

/** @param {number} ms @returns {Promise<void>} */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Asks again and again until the answer is neither false, null nor undefined.
 * @template T
 * @param {string} what named in the error
 * @param {number} limitMs
 * @param {() => T | Promise<T>} ask
 * @param {number} [everyMs]
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, limitMs, ask, everyMs = 50) {
  const end = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`${what}: not within ${limitMs / 1000} s`);
    await pause(everyMs);
  }
}

/**
 * @template T
 * @param {string} what named in the error
 * @param {number} limitMs
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function within(what, limitMs, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${limitMs / 1000} s`)), limitMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
