import type { Issue, Severity } from '@weft/base';
import type { TextOutput } from '../command/context.ts';
import { type PaintStyle, paint } from './paint.ts';

const STYLE: Readonly<Record<Severity, PaintStyle>> = { error: 'red', warning: 'yellow', info: 'blue' };

/** Lines of a file by its name as issues carry it; undefined when it cannot be shown (standard input that is gone, an object of the API). */
export type SourceLines = (file: string) => readonly string[] | undefined;

/**
 * Issues the way compilers print them: the place as `file:line:column`, which terminals make clickable, the line with a caret, what was
 * expected and what to do. Sorted by file and line, each once.
 */
export function formatDiagnostics(
  issues: readonly Issue[],
  sources: SourceLines,
  output: Pick<TextOutput, 'colour'>,
): string {
  const sorted = [...issues].sort(byPlace);
  const seen = new Set<string>();
  const texts: string[] = [];
  for (const issue of sorted) {
    const text = formatDiagnostic(issue, sources, output);
    if (seen.has(text)) continue;
    seen.add(text);
    texts.push(text);
  }
  return texts.join('\n');
}

function byPlace(a: Issue, b: Issue): number {
  const [fileA, fileB] = [a.position?.file ?? '', b.position?.file ?? ''];
  if (fileA !== fileB) return fileA < fileB ? -1 : 1;
  return (a.position?.line ?? 0) - (b.position?.line ?? 0);
}

function formatDiagnostic(issue: Issue, sources: SourceLines, output: Pick<TextOutput, 'colour'>): string {
  const { position } = issue;
  const severity = paint(output, STYLE[issue.severity], `${issue.severity}:`);
  const subject = [issue.resource, issue.at].filter((part) => part !== undefined && part !== '').join(' ');
  const place = position === undefined ? '' : `${paint(output, 'bold', placeOf(position))}: `;
  const code = paint(output, 'dim', `[${issue.code}]`);
  const lines = [`${place}${severity} ${subject === '' ? '' : `${subject}: `}${issue.message} ${code}`];
  if (position !== undefined) lines.push(...snippet(position, sources(position.file), output));
  if (issue.expected !== undefined) lines.push(`    ${paint(output, 'cyan', 'expected:')} ${issue.expected}`);
  if (issue.hint !== undefined) lines.push(`    ${paint(output, 'cyan', 'hint:')} ${issue.hint}`);
  return `${lines.join('\n')}\n`;
}

function placeOf(position: NonNullable<Issue['position']>): string {
  return `${position.file}:${position.line}${position.column === undefined ? '' : `:${position.column}`}`;
}

function snippet(
  position: NonNullable<Issue['position']>,
  lines: readonly string[] | undefined,
  output: Pick<TextOutput, 'colour'>,
): readonly string[] {
  const line = lines?.[position.line - 1];
  if (line === undefined) return [];
  const number = String(position.line).padStart(5);
  const column = position.column ?? line.search(/\S/) + 1;
  // A tab keeps its width only under a tab.
  const indent = line.slice(0, Math.max(0, column - 1)).replace(/[^\t]/g, ' ');
  return [
    `${paint(output, 'dim', `${number} |`)} ${line}`,
    `${paint(output, 'dim', '      |')} ${indent}${paint(output, 'red', '^')}`,
  ];
}
