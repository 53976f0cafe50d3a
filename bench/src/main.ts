/**
 * `npm run bench [-- NAME] [--rounds N] [--seconds N]`: measures a scenario and writes bench/results/NAME.md and NAME.json.
 * A name that is no scenario is a micro benchmark, micro/NAME.bench.ts, which prints and writes nothing.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { judge, markdown, type Run } from './report.ts';
import { OWN_SCENARIOS, SCENARIOS } from './scenarios/all.ts';
import type { OwnScenario } from './scenarios/own-scenario.ts';
import type { Effort, Scenario } from './scenarios/scenario.ts';

const ROOT = join(import.meta.dirname, '../..');
const RESULTS = join(ROOT, 'bench/results');
const MICRO = join(import.meta.dirname, 'micro');

const { values, positionals } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    'warm-up': { type: 'string' },
    services: { type: 'string' },
    endpoints: { type: 'string' },
    proxies: { type: 'string' },
  },
  allowPositionals: true,
});

function usage(): string {
  const micro = globSync('*.bench.ts', { cwd: MICRO }).map((file) => `  ${basename(file, '.bench.ts')}`);
  return `usage: npm run bench -- [NAME] [--rounds N] [--seconds N] [--warm-up SECONDS]
       npm run bench -- control-plane [--services N] [--endpoints N] [--proxies N] [--seconds N]
scenarios:
${[...SCENARIOS, ...OWN_SCENARIOS].map(({ name, summary }) => `  ${name}: ${summary}`).join('\n')}
micro benchmarks:
${micro.sort().join('\n')}`;
}

function positive(name: keyof typeof values, fallback: number): number {
  const value = Number(values[name] ?? fallback);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`--${name} must be a whole number above 0, not ${values[name]}`);
  process.exit(2);
}

function commit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  return (
    git('rev-parse', '--short=12', 'HEAD') +
    (git('status', '--porcelain', '--', 'packages') === '' ? '' : ' with changes')
  );
}

function requireTwoCores(): void {
  if (process.platform !== 'linux' || availableParallelism() < 2) {
    console.error('measuring needs Linux (taskset, /proc) and two cores: one for the proxy, one for the load');
    process.exit(1);
  }
}

async function measureOwn(scenario: OwnScenario): Promise<void> {
  requireTwoCores();
  const options = {
    services: positive('services', 1_000),
    endpoints: positive('endpoints', 5),
    proxies: positive('proxies', 2_000),
    seconds: positive('seconds', 5),
  };
  const machine = `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'unknown'}`;
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
  const load = loadavg()[0]?.toFixed(1);
  const head = `${date}, commit ${commit()}, ${machine}, load of the machine before: ${load}. node ${process.version}.`;
  const { markdown: text, json } = await scenario.report(options, head, (line) => console.error(line));
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, `${scenario.name}.md`), text);
  writeFileSync(join(RESULTS, `${scenario.name}.json`), `${JSON.stringify({ head, ...json }, undefined, 2)}\n`);
  console.log(text);
}

/** All scenarios together are given less time each, so that a whole run stays within minutes; `alone` is one by its name. */
async function measureScenario(scenario: Scenario, alone: boolean): Promise<void> {
  requireTwoCores();
  const effort: Effort = {
    rounds: positive('rounds', alone ? 5 : 3),
    seconds: positive('seconds', alone ? 3 : 1),
    warmUpSeconds: positive('warm-up', alone ? 3 : 2),
  };
  const result = await scenario.run(effort, (line) => console.error(line));
  const run: Run = {
    scenario: scenario.name,
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    commit: commit(),
    machine: `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    command: `npm run bench -- ${scenario.name} --rounds ${effort.rounds} --seconds ${effort.seconds}`,
    result,
  };
  mkdirSync(RESULTS, { recursive: true });
  const text = markdown(run);
  writeFileSync(join(RESULTS, `${scenario.name}.md`), text);
  writeFileSync(
    join(RESULTS, `${scenario.name}.json`),
    `${JSON.stringify({ ...run, verdicts: judge(result) }, undefined, 2)}\n`,
  );
  console.log(text);
  // Numbers of a run with failures say nothing about forwarding, and one without our proxy nothing at all.
  const ours = result.measurements.filter((m) => m.name.startsWith('weft'));
  if (ours.length === 0 || result.measurements.some((m) => m.failures > 0)) process.exitCode = 1;
}

const name = positionals[0];
const micro = join(MICRO, `${name}.bench.ts`);
const chosen = name === undefined ? SCENARIOS : SCENARIOS.filter((scenario) => scenario.name === name);
const own = OWN_SCENARIOS.filter((scenario) => name === undefined || scenario.name === name);
if (chosen.length > 0 || own.length > 0) {
  for (const scenario of chosen) await measureScenario(scenario, name !== undefined);
  for (const scenario of own) await measureOwn(scenario);
} else if (name !== undefined && existsSync(micro)) {
  process.exitCode = spawnSync(process.execPath, [micro], { stdio: 'inherit' }).status ?? 1;
} else {
  console.error(`no scenario ${name}\n${usage()}`);
  process.exitCode = 2;
}
