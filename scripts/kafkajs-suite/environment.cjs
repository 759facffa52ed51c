// Jest's Node environment with the globals of today's Node.js, and with the classes that Node.js's own objects are instances of.
const { createRequire } = require('node:module');

const jest = createRequire(`${process.env.SUITE_ROOT}/`);
const exported = createRequire(jest.resolve('jest'))('jest-environment-node');
const NodeEnvironment = exported.TestEnvironment ?? exported;

module.exports = class extends NodeEnvironment {
  constructor(...options) {
    super(...options);
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      if (!(name in this.global)) this.global[name] = globalThis[name];
    }
    for (const name of ['Uint8Array', 'ArrayBuffer', 'Error']) this.global[name] = globalThis[name];
  }
};
