// What the golden cases of several tools have in common.
import { join } from 'node:path';
import { conformanceDir } from '../../lib/places.mjs';

/** A file beside this one, as an argument. @param {string} name */
const fileBeside = (name) => `'${join(conformanceDir, 'cases/golden', name)}'`;

/** Settings of a client, for `--command-config` and its like. */
export const SETTINGS = fileBeside('client.properties');
/** The same, of a client that does not wait for long. */
export const IMPATIENT = fileBeside('impatient.properties');
/** With a value that none takes. */
export const WRONG = fileBeside('wrong.properties');

/** Nothing listens there. */
export const NOBODY = '127.0.0.1:1';

/** Ours has options of Kafka 4 as well, and says in its own words what they do. @type {[RegExp, string][]} */
export const USAGE = [[/^usage: (?:[^]*?(?=^[\w-]+: +error: )|[^]*)/gm, '']];

/** Without `--bootstrap-server` in front. @param {string} args @param {Partial<import('../../lib/golden.mjs').Case>} [more] */
export const bare = (args, more = {}) => ({ args, bare: true, ...more });

/** Of a cluster that does not answer, by a tool with `--command-config`. @param {string} args */
export const unanswered = (args) => bare(`--bootstrap-server ${NOBODY} ${args} --command-config ${IMPATIENT}`);

/** What everybody tries first. */
export const FIRST = [bare(''), bare('--help'), bare('--version')];

/** A topic of one partition, with records of Java's producer. @param {{ count: number, idempotent?: boolean }} [records] */
export const oneTopic =
  (records) =>
  /** @param {import('../../lib/cells.mjs').Context} at @param {string} name */
  async (at, name) => {
    await at.target.createTopic(name, 1);
    if (records !== undefined) await at.produce('java-3.9', name, records);
    return { topic: name };
  };
