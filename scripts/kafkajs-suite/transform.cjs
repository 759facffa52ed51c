// What the suite's files say when they are loaded: other ports, other time limits and, for ours, other implementations behind the same paths.
const path = require('node:path');

const { SUITE_ADAPTER, SUITE_ADD_PARTITIONS, SUITE_BROKERS, SUITE_PORT, SUITE_ROOT, SUITE_TIMEOUT_MS } = process.env;

/** By path: replaced by a property of the adapter, or, with `merged`, laid over what the file itself exports. */
const REPLACED = {
  'index.js': 'entry',
  'src/admin/index.js': 'createAdmin',
  'src/consumer/index.js': 'createConsumer',
  'src/producer/index.js': 'createProducer',
  'src/consumer/assignerProtocol.js': 'assignerProtocol',
  'src/consumer/assigners/roundRobinAssigner/index.js': 'roundRobin',
  'src/producer/partitioners/default/index.js': 'defaultPartitioner',
  'src/producer/partitioners/legacy/index.js': 'legacyPartitioner',
  'src/protocol/aclOperationTypes.js': 'aclOperationTypes',
  'src/protocol/aclPermissionTypes.js': 'aclPermissionTypes',
  'src/protocol/aclResourceTypes.js': 'aclResourceTypes',
  'src/protocol/configResourceTypes.js': 'configResourceTypes',
  'src/protocol/resourcePatternTypes.js': 'resourcePatternTypes',
};
const MERGED = { 'src/errors.js': 'errors', 'src/loggers/index.js': 'loggers' };
const RECORDED = 'src/cluster/index.js';

module.exports = {
  process(source, file) {
    const code = codeOf(source, path.relative(SUITE_ROOT, file).replaceAll('\\', '/'));
    return { code, toString: () => code };
  },
};

function codeOf(source, name) {
  if (name.startsWith('..') || name.startsWith('node_modules/')) return source;
  if (SUITE_ADAPTER !== '' && REPLACED[name] !== undefined)
    return `module.exports = require(${JSON.stringify(SUITE_ADAPTER)}).${REPLACED[name]};`;
  const there = source
    .replace(/\b(?:909[2-9]|9100)\b/g, portOf)
    .replace('jest.setTimeout(90000)', `jest.setTimeout(${SUITE_TIMEOUT_MS})`)
    .replace('./scripts/addPartitions.sh', `${process.execPath} ${SUITE_ADD_PARTITIONS}`);
  if (SUITE_ADAPTER !== '' && name === RECORDED)
    return `${there}\nmodule.exports = require(${JSON.stringify(SUITE_ADAPTER)}).recording(module.exports);`;
  if (SUITE_ADAPTER === '' || MERGED[name] === undefined) return there;
  return `${there}\nObject.assign(module.exports, require(${JSON.stringify(SUITE_ADAPTER)}).${MERGED[name]}(module.exports));`;
}

/** The suite expects three brokers, each with three ports in a row: plain, TLS, SASL over TLS. */
function portOf(port) {
  return String(Number(SUITE_PORT) + ((Number(port) - 9092) % (3 * Number(SUITE_BROKERS))));
}
