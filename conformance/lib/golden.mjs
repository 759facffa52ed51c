// Kafka's own tool and the one of this repository, on the same cluster with the same arguments: they must say the same.
import { join } from 'node:path';
import { javaTool } from './java-tools.mjs';
import { repositoryDir } from './places.mjs';
import { run } from './processes.mjs';

/**
 * One command line. `$name` stands for what the world calls that, `$bootstrap` for the cluster; words are separated by
 * blanks, unless they stand in 'quotes'. `--bootstrap-server $bootstrap` is put in front unless `bare`.
 * @typedef {object} Case
 * @property {string} args
 * @property {string} [input] for stdin
 * @property {boolean} [bare] nothing is put in front of the arguments
 * @property {boolean} [sorted] the order of the lines is of no concern
 * @property {RegExp} [keep] only these lines of stdout count
 * @property {[RegExp, string][]} [blur] what must differ, and what is read instead; on both outputs
 * @property {(stdout: string) => string} [java] mends what is a known fault of Kafka's tool
 * @property {'text' | 'any'} [stderr] any: that there is something on stderr is enough. Default text
 * @property {(target: import('./targets.mjs').Target) => boolean} [suits]
 */

/**
 * The command lines of one tool, run in this order, first by Kafka's tool, then by ours.
 * @typedef {object} Golden
 * @property {string} tool
 * @property {string} [version] the release whose tool ours is compared with. Default 3.9; a later one for the options that only it has
 * @property {string} [name] of the cell, when tool and version alone would not do
 * @property {(at: import('./cells.mjs').Context, name: string) => Promise<Record<string, string>>} [world] what the command
 *   lines speak of. Made for each of the two tools, with a name of its own, unless `shared`
 * @property {boolean} [shared] nothing is changed: both see the same world
 * @property {(string | Case)[]} cases
 * @property {(target: import('./targets.mjs').Target) => boolean} [suits]
 */

/** The release that our tools print as, whatever the cluster is. */
const VERSION = '3.9';
const SHOWN_MAX = 6;
const SLOW_S = 5;

/** @param {Golden} golden @returns {import('./cells.mjs').Cell} */
export function goldenCell(golden) {
  const { tool, version = VERSION, suits } = golden;
  const name = golden.name ?? (version === VERSION ? tool : `${tool} of ${version}`);
  const uses = ['java-3.9', ...new Set(['kafka 3.9', `kafka ${version}`])];
  return { name: `golden / ${name}`, check: (at) => compare(golden, at), uses, suits };
}

/** @param {Golden} golden @param {import('./cells.mjs').Context} at */
async function compare(golden, at) {
  const make = golden.world ?? (async () => ({}));
  const base = at.unique('golden');
  // Names of one length: columns are as wide as what is in them.
  const javaWorld = await make(at, `${base}-j`);
  const ourWorld = golden.shared ? javaWorld : await make(at, `${base}-o`);
  const problems = [];
  for (const line of golden.cases) {
    const each = typeof line === 'string' ? { args: line } : line;
    if (each.suits?.(at.target) === false) continue;
    const began = performance.now();
    const outcome = await javaTool(golden.version ?? VERSION, golden.tool, words(each, at, javaWorld), each.input);
    const java = { ...outcome, stdout: each.java?.(outcome.stdout) ?? outcome.stdout };
    const script = join(repositoryDir, 'bin', `${golden.tool}.sh`);
    const ours = await run(script, words(each, at, ourWorld), { input: each.input ?? '', limitMs: 60_000 });
    const seconds = (performance.now() - began) / 1000;
    if (seconds > SLOW_S) at.note(`${each.args}: ${seconds.toFixed(1)} s.`);
    const problem = difference(seen(java, each, javaWorld), seen(ours, each, ourWorld));
    if (problem !== undefined) problems.push(`${golden.tool} ${each.args}\n${problem}`);
  }
  if (problems.length > 0) throw new Error(problems.join('\n\n'));
}

function words({ args, bare }, at, world) {
  const all = { ...world, bootstrap: at.target.bootstrap };
  const line = bare ? args : `--bootstrap-server $bootstrap ${args}`;
  return [...line.matchAll(/'([^']*)'|\S+/g)]
    .map(([word, quoted]) => quoted ?? word)
    .map((word) => word.replaceAll(/\$(\w+)/g, (text, name) => all[name] ?? text));
}

/** What is compared of an outcome. */
function seen({ code, stdout, stderr }, { keep, sorted, blur = [], stderr: how = 'text' }, world) {
  const named = (text) => {
    let left = text.replaceAll('\r\n', '\n');
    for (const [name, value] of Object.entries(world)) left = left.replaceAll(value, `$${name}`);
    return left;
  };
  const blurred = (text) => blur.reduce((left, [pattern, otherwise]) => left.replaceAll(pattern, otherwise), text);
  const out = blurred(named(stdout))
    .split('\n')
    .filter((line) => keep === undefined || keep.test(line));
  // A line of a log is left out while it is a line.
  const { said, flags } = splitHelp(named(stderr));
  const text = blurred(said).trim();
  return {
    code,
    stdout: sorted ? out.sort() : out,
    stderr: how === 'any' ? [String(text !== '')] : text.split('\n'),
    flags,
  };
}

/** Lines of a log and of stack traces say no more than what is in front of them. */
const NOISE = /^\[\d{4}-\d\d-\d\d [\d:,]+\] |^\s+at |^Caused by: |^\s+\.\.\. \d+ more|^ \((?:[a-z]\w*\.)+\w+\)$/;
const UNCAUGHT = /^(Exception in thread "main" )?(?:[a-z]\w*\.)+\w+(?:Exception|Error)(?:: |$)/;

/** A help page is written in everybody's own words: its options are compared, and what is said before it. */
function splitHelp(stderr) {
  const lines = stderr.split('\n');
  const at = lines.findIndex((line) => /^Option( \(\* = required\))?\s+Description/.test(line));
  const said = (at < 0 ? lines : lines.slice(0, at))
    .filter((line) => !NOISE.test(line))
    // The head of a stack trace repeats what was said before it.
    .filter((line, index) => index === 0 || !UNCAUGHT.test(line))
    .map((line) => line.replace(UNCAUGHT, ''));
  const flags = at < 0 ? [] : lines.slice(at).flatMap((line) => /^(?:\* )?(--?[\w.-]+)/.exec(line)?.[1] ?? []);
  return { said: said.join('\n').trim(), flags };
}

/** @returns {string | undefined} */
function difference(java, ours) {
  const told = [];
  if (java.code !== ours.code) told.push(`exit code ${ours.code}, Kafka's ${java.code}`);
  for (const stream of ['stdout', 'stderr']) {
    const theirs = java[stream];
    const own = ours[stream];
    const first = Math.max(theirs.length, own.length);
    const at = Array.from({ length: first }, (_, i) => i).find((i) => theirs[i] !== own[i]);
    if (at === undefined) continue;
    const show = (lines) => lines.slice(at, at + SHOWN_MAX).map((line) => `      ${JSON.stringify(line)}`);
    told.push(`${stream} differs from line ${at + 1} on; Kafka's:`, ...show(theirs), '    ours:', ...show(own));
  }
  const missing = java.flags.filter((flag) => !ours.flags.includes(flag));
  if (missing.length > 0) told.push(`options that are missing: ${missing.join(' ')}`);
  return told.length === 0 ? undefined : told.map((line) => `    ${line}`).join('\n');
}
