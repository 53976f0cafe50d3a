import type { Issue } from '@weft/base';
import { resourceTitle } from '@weft/config';
import type { Analyzer, Subject } from '../analyzer.ts';
import type { Code } from '../messages.ts';
import type { Objects } from '../objects.ts';

/** Issues of reading that Istio has a code of its own for. */
const CODES = { 'unreachable-rule': 'IST0130', 'ineffective-match': 'IST0131' } as const;

type SchemaCode = 'IST0106' | 'IST0130' | 'IST0131' | 'IST0133';

function codeOf({ code, severity }: Issue): SchemaCode & Code {
  if (code === 'unreachable-rule' || code === 'ineffective-match') return CODES[code];
  return severity === 'error' ? 'IST0106' : 'IST0133';
}

function problemOf({ message, expected, hint }: Issue): string {
  return `${message}${expected === undefined ? '' : ` (expected ${expected})`}${hint === undefined ? '' : `; ${hint}`}`;
}

/** The object an issue is about; a file, when it is about none. */
function subjectOf(issue: Issue, byTitle: ReadonlyMap<string, Subject>): Subject {
  const known = byTitle.get(issue.resource ?? '');
  const { file = '', line = 1, column = 1 } = issue.position ?? {};
  const [kind = '', name = ''] = issue.resource?.split(' ') ?? ['File', file];
  // Objects of the same name in two files are told apart by the place that the issue carries.
  const source = { file, line, lineOf: () => line, columnOf: () => column };
  return { kind, metadata: known?.metadata ?? { namespace: '', name, annotations: {} }, source };
}

function titles(objects: Objects): ReadonlyMap<string, Subject> {
  return new Map(objects.resources.map((resource) => [resourceTitle(resource), resource]));
}

/** What reading the objects found. Kinds that say nothing to the mesh are no problem of its configuration. */
export const schema: Analyzer = {
  name: 'schema.ValidationAnalyzer',
  codes: ['IST0106', 'IST0130', 'IST0131', 'IST0133'],
  analyze(objects, tell) {
    const byTitle = titles(objects);
    for (const issue of objects.issues) {
      if (issue.code === 'ignored-kind') continue;
      tell(codeOf(issue), subjectOf(issue, byTitle), issue.at, { problem: problemOf(issue) });
    }
  },
};
