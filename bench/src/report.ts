/** Results as Markdown for people and JSON for machines. */
import type { Measurement } from './measure/rounds.ts';
import type { Goal, ScenarioResult } from './scenarios/scenario.ts';

export interface Run {
  readonly scenario: string;
  /** ISO 8601. */
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
  readonly command: string;
  readonly result: ScenarioResult;
}

export interface Verdict {
  readonly goal: Goal;
  /** Ours divided by theirs; undefined when one of them was not measured. */
  readonly ratio: number | undefined;
}

export function judge(result: ScenarioResult): readonly Verdict[] {
  const cpu = (name: string): number | undefined =>
    result.measurements.find((m) => m.name === name)?.cpuMicrosPerRequest;
  return result.goals.map((goal) => {
    const ours = cpu(goal.ours);
    const theirs = cpu(goal.theirs);
    return { goal, ratio: ours === undefined || theirs === undefined ? undefined : ours / theirs };
  });
}

function row(m: Measurement): string {
  const cells = [
    m.name,
    m.cpuMicrosPerRequest.toFixed(1),
    Math.round(m.requestsPerSecond).toLocaleString('en'),
    m.p50Ms.toFixed(2),
    m.p99Ms.toFixed(2),
    m.steady.p50Ms.toFixed(2),
    m.steady.p99Ms.toFixed(2),
    m.steady.cpuMicrosPerRequest.toFixed(0),
    m.residentMib.toFixed(0),
    String(m.failures),
  ];
  return `| ${cells.join(' | ')} |`;
}

function verdictLine({ goal, ratio }: Verdict): string {
  const found =
    ratio === undefined ? 'not measured here' : `${ratio.toFixed(2)} (${ratio <= goal.atMost ? 'met' : 'missed'})`;
  return `- ${goal.what}: CPU per request of ${goal.ours} / ${goal.theirs} = ${found}; goal: at most ${goal.atMost}`;
}

export function markdown(run: Run): string {
  const { result } = run;
  const versions = Object.entries(result.versions).map(([name, version]) => `${name} ${version}`);
  return `# ${result.title}

${run.date}, commit ${run.commit}, ${run.machine}. ${versions.join(', ')}.

The proxy has one core, load and backend the other. Medians of interleaved rounds; CPU is user and system time of the proxy's
processes. The first latencies are those of a saturated proxy, the steady ones those at 1,000 requests/s.

| | CPU µs/request | requests/s | p50 ms | p99 ms | steady p50 ms | steady p99 ms | steady CPU µs/request | resident MiB | failures |
|---|---|---|---|---|---|---|---|---|---|
${result.measurements.map(row).join('\n')}

${judge(result).map(verdictLine).join('\n')}
${result.missing.map((line) => `- missing: ${line}\n`).join('')}
Again: \`${run.command}\`
`;
}
