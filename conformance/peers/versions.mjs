// Which releases a short name stands for. `3` is the last line that speaks ZooKeeper.
const NEWEST = {
  '0.8.2': '0.8.2.2',
  '0.10.2': '0.10.2.2',
  0.11: '0.11.0.3',
  '0.11.0': '0.11.0.3',
  1.1: '1.1.1',
  '2.0': '2.0.1',
  2.8: '2.8.2',
  3: process.env.KAFKA_3 || '3.9.2',
  3.9: process.env.KAFKA_3 || '3.9.2',
  4: process.env.KAFKA_4 || '4.3.1',
  4.3: process.env.KAFKA_4 || '4.3.1',
};

/** @param {string} version short (3.9) or exact (3.9.2) @returns {string} exact */
export const exactVersion = (version) => NEWEST[version] ?? version;

/** @param {string} version @param {string} other @returns {boolean} whether `version` is not older than `other` */
export function atLeast(version, other) {
  const left = version.split('.').map(Number);
  const right = other.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
