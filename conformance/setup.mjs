#!/usr/bin/env node
// Installs and builds what the cells use, once; the cache keeps it. Run by itself it prepares everything and says what is missing.
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { CLIENTS, clientNamed } from './clients/registry.mjs';
import { kafka } from './lib/setup.mjs';

/**
 * Prepares two things at a time. What fails is told, and fails or skips its cells later.
 * @param {Iterable<string>} uses client names, or `kafka VERSION`
 * @param {(line: string) => void} say
 */
export async function prepare(uses, say) {
  const queue = [...uses];
  const worker = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const began = performance.now();
      try {
        if (name.startsWith('kafka 3') || name.startsWith('kafka 4')) await kafka(name.slice(6));
        else await clientNamed(name).program();
        say(`ready ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
      } catch (error) {
        say(`missing ${name}: ${error.message}`);
      }
    }
  };
  await Promise.all([worker(), worker()]);
}

if (import.meta.url === pathToFileURL(argv[1]).href) {
  // What takes longest goes first, so that the rest goes on beside it.
  const slow = ['@confluentinc/kafka-javascript', 'kafka 3.9', 'kafka 4.3'];
  const all = new Set([...slow, ...CLIENTS.map((client) => client.name)]);
  await prepare(all, (line) => console.log(line));
}
