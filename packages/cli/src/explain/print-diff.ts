import type { Explanation, HopExplanation, PrintStyle } from '@weft/testing/explain';
import type { Difference } from './effects.ts';

export interface ChangedRequest {
  readonly request: string;
  readonly from: string;
  readonly differences: readonly Difference[];
  readonly before: Explanation;
  readonly after: Explanation;
}

/** The `-o json` form of `weft explain --diff`. */
export interface ExplainDiff {
  /** How many were compared. */
  readonly requests: number;
  readonly changed: readonly ChangedRequest[];
  /** Matches that no request could be made up for. */
  readonly notProbed: readonly string[];
}

export function printDiff({ requests, changed, notProbed }: ExplainDiff, style: PrintStyle): string {
  const lines = changed.flatMap((request) => [...changeLines(request, style), '']);
  for (const place of notProbed) lines.push(`no request was made up for ${place}; give one with --requests`);
  const same = requests - changed.length;
  lines.push(`${requests} requests compared: ${changed.length} change, ${same} stay as they are`);
  return `${lines.join('\n')}\n`;
}

function changeLines(
  { request, from, differences, before, after }: ChangedRequest,
  style: PrintStyle,
): readonly string[] {
  const lines = [style.paint('bold', `${request}  from ${from}`)];
  for (const { what, before: old, after: now } of differences) {
    lines.push(`  ${what}`);
    if (old !== undefined) lines.push(style.paint('red', `    - ${old}`));
    if (now !== undefined) lines.push(style.paint('green', `    + ${now}`));
  }
  const [was, is] = [ruleOf(before, style), ruleOf(after, style)];
  if (was === is) return is === '' ? lines : [...lines, `  by ${is}`];
  return [...lines, `  by ${was === '' ? 'no rule' : was} → ${is === '' ? 'no rule' : is}`];
}

/** The rule that decided, and where it is written. */
function ruleOf({ hops }: Explanation, style: PrintStyle): string {
  const sender: HopExplanation | undefined = hops.findLast(({ side }) => side !== 'inbound') ?? hops.at(-1);
  const rule = sender?.rule;
  if (rule === undefined) return '';
  const { origin } = rule;
  if (origin === undefined) return `rule ${rule.name}`;
  const line = origin.line === undefined ? '' : `:${origin.line}`;
  const place = origin.file === undefined ? '' : ` (${style.path(origin.file)}${line})`;
  return `${origin.resource} ${origin.path}${place}`;
}
