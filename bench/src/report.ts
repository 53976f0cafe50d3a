/** Results as Markdown for people and JSON for machines. */
import type { Column, Goal, Measurement, ScenarioResult } from './scenarios/scenario.ts';

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
  /** Ours, divided by theirs where the goal names one; undefined when one of them was not measured. */
  readonly found: number | undefined;
  readonly met: boolean | undefined;
}

export function judge(result: ScenarioResult): readonly Verdict[] {
  const value = (name: string, column: string): number =>
    result.measurements.find((m) => m.name === name)?.values[column] ?? Number.NaN;
  return result.goals.map((goal) => {
    const theirs = goal.theirs === undefined ? 1 : value(goal.theirs, goal.column);
    const found = value(goal.ours, goal.column) / theirs;
    if (!Number.isFinite(found)) return { goal, found: undefined, met: undefined };
    return { goal, found, met: goal.bound === 'at most' ? found <= goal.limit : found >= goal.limit };
  });
}

function cell(value: number | undefined, digits: number): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function row(m: Measurement, columns: readonly Column[]): string {
  const cells = columns.map(({ key, digits }) => cell(m.values[key], digits));
  return `| ${[m.name, ...cells, String(m.failures)].join(' | ')} |`;
}

function verdictLine({ goal, found, met }: Verdict, columns: readonly Column[]): string {
  const column = columns.find(({ key }) => key === goal.column)?.title ?? goal.column;
  const subject = goal.theirs === undefined ? goal.ours : `${goal.ours} / ${goal.theirs}`;
  const outcome = found === undefined ? 'not measured here' : `${found.toFixed(2)} (${met ? 'met' : 'missed'})`;
  return `- ${goal.what}: ${column} of ${subject} = ${outcome}; goal: ${goal.bound} ${goal.limit}`;
}

export function markdown(run: Run): string {
  const { result } = run;
  const versions = Object.entries(result.versions).map(([name, version]) => `${name} ${version}`);
  const titles = [...result.columns.map(({ title }) => title), 'failures'];
  return `# ${result.title}

${run.date}, commit ${run.commit}, ${run.machine}. ${versions.join(', ')}.

${result.method}

| | ${titles.join(' | ')} |
|${'---|'.repeat(titles.length + 1)}
${result.measurements.map((m) => row(m, result.columns)).join('\n')}

${judge(result)
  .map((verdict) => verdictLine(verdict, result.columns))
  .join('\n')}
${result.missing.map((line) => `- missing: ${line}\n`).join('')}
Again: \`${run.command}\`
`;
}
