import { isCode, MESSAGES } from '@weft/analyze';
import type { Issue, Severity } from '@weft/base';
import { documentationOf, nameOf } from './messages-json.ts';

type Level = 'error' | 'warning' | 'note';

const LEVEL: Readonly<Record<Severity, Level>> = { error: 'error', warning: 'warning', info: 'note' };

interface Rule {
  readonly id: string;
  readonly name: string;
  readonly shortDescription: { readonly text: string };
  readonly helpUri: string;
  readonly defaultConfiguration: { readonly level: Level };
}

interface Region {
  readonly startLine: number;
  readonly startColumn?: number;
}

interface Location {
  readonly physicalLocation?: { readonly artifactLocation: { readonly uri: string }; readonly region: Region };
  readonly logicalLocations: readonly { readonly fullyQualifiedName: string; readonly kind: 'resource' }[];
}

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: Level;
  readonly message: { readonly text: string };
  readonly locations: readonly Location[];
}

interface SarifLog {
  readonly $schema: string;
  readonly version: '2.1.0';
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly Rule[] } };
    readonly results: readonly Result[];
  }[];
}

/** The messages as a SARIF 2.1.0 log (OASIS sarif-v2.1.0 §3.13), which code scanning takes; it has the rules that are broken only. */
export function messagesSarif(issues: readonly Issue[]): SarifLog {
  const codes = [...new Set(issues.map(({ code }) => code))].sort();
  const driver = { name: 'weft', rules: codes.map(ruleOf) };
  const results = issues.map((issue) => resultOf(issue, codes.indexOf(issue.code)));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, results }],
  };
}

function ruleOf(code: string): Rule {
  const name = nameOf(code);
  return {
    id: code,
    name,
    shortDescription: { text: name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ') },
    helpUri: documentationOf(code),
    defaultConfiguration: { level: LEVEL[isCode(code) ? MESSAGES[code].level : 'error'] },
  };
}

function resultOf(issue: Issue, ruleIndex: number): Result {
  const hint = issue.hint === undefined ? '' : ` (${issue.hint})`;
  const text = `${issue.resource ?? ''}: ${issue.message}${hint}`;
  return {
    ruleId: issue.code,
    ruleIndex,
    level: LEVEL[issue.severity],
    message: { text },
    locations: [locationOf(issue)],
  };
}

function locationOf({ resource = '', at, position }: Issue): Location {
  const name = at === '' ? resource : `${resource} ${at}`;
  const logical: Location = { logicalLocations: [{ fullyQualifiedName: name, kind: 'resource' }] };
  if (position === undefined) return logical;
  const { file, line, column } = position;
  const region = { startLine: line, ...(column === undefined ? {} : { startColumn: column }) };
  return { ...logical, physicalLocation: { artifactLocation: { uri: uriOf(file) }, region } };
}

/** A relative reference with slashes (RFC 3986 §4.2), or a file URI for an absolute path. */
function uriOf(file: string): string {
  const path = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${path}` : path;
}
