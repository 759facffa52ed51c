/** `npm run sim`, bundled by scripts/sim.mjs: runs seeds one after the other and writes one JSON line for each. */
import type { StorageRules } from '@ottla/storage';
import { type RunReport, runSeed } from './run.ts';
import { drawOptions, type Focus } from './simulation-options.ts';

const [mode, ...rest] = process.argv.slice(2);

if (mode === 'one') await one(Number(rest[0]), rest.slice(1));
else if (mode === 'many') await many(Number(rest[0]), Number(rest[1]), Number(rest[2]), rest.slice(3));

/** One seed, for reading: options, and with --verbose everything that happens. */
async function one(seed: number, flags: readonly string[]): Promise<void> {
  const write = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  write(JSON.stringify(drawOptions(seed, focusOf(flags)), undefined, 1).replaceAll(/\n {2,}/g, ' '));
  const report = await runSeed(seed, {
    rules: rulesOf(flags),
    focus: focusOf(flags),
    note: flags.includes('--verbose') ? write : undefined,
    traceLine: flags.includes('--trace') ? write : undefined,
  });
  write(
    `seed ${seed}: ${report.records} records in ${Math.round(report.virtualMs)} virtual ms, trace ${report.traceHash}`,
  );
  if (report.failure !== undefined) write(`FAILED: ${report.failure.message}`);
  process.exitCode = exitCodeOf(report);
}

/** Seeds `first`, `first + step`, ... up to `last`. */
async function many(first: number, last: number, step: number, flags: readonly string[]): Promise<void> {
  for (let seed = first; seed <= last; seed += step) {
    const startedMs = performance.now();
    const { failure, traceHash, virtualMs, records } = await runSeed(seed, {
      rules: rulesOf(flags),
      focus: focusOf(flags),
    });
    const line = {
      seed,
      kind: failure?.kind,
      message: failure?.message,
      traceHash,
      virtualMs: Math.round(virtualMs),
      records,
      realMs: Math.round(performance.now() - startedMs),
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

/** 3: the broker crashed, 4: it got stuck, 5: it broke a promise. */
function exitCodeOf({ failure }: RunReport): number {
  if (failure === undefined) return 0;
  return { crash: 3, liveness: 4, correctness: 5 }[failure.kind];
}

/** Mutations of recovery show in runs about recovery. */
function focusOf(flags: readonly string[]): Focus | undefined {
  return flags.includes('--mutate') || flags.includes('--recovery') ? 'recovery' : undefined;
}

function rulesOf(flags: readonly string[]): Partial<StorageRules> {
  const name = flags[flags.indexOf('--mutate') + 1];
  return flags.includes('--mutate') && name !== undefined ? { [name]: false } : {};
}
