import type { Report } from '../../schema/index.ts';
import type { StringMatch } from '../../shared/string-match/type.ts';
import type { HttpMatchRequest, VirtualServiceSpec } from './type.ts';

/** Anything with matches: HTTP, TCP and TLS rules are searched the same way. */
interface Rule {
  readonly match?: readonly object[];
}

/** Warns of rules and matches that an earlier one always wins over. */
export function warnUnreachable(spec: VirtualServiceSpec, report: Report): void {
  const used = warnShadowed(spec.http ?? [], 'spec.http', report);
  warnShadowed(spec.tcp ?? [], 'spec.tcp', report);
  warnShadowed(spec.tls ?? [], 'spec.tls', report);
  warnCoveredPrefixes(spec, used, report);
}

/** A match without its name, which routes nothing, in a form that is equal for equal conditions. */
function keyOf(match: object): string {
  return JSON.stringify({ ...match, name: undefined }, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** Where a match stands. */
interface Place {
  readonly rule: number;
  readonly index: number;
  readonly at: string;
}

/** Returns the matches that no rule without match and no equal match comes before. */
function warnShadowed(rules: readonly Rule[], at: string, report: Report): readonly Place[] {
  const used: Place[] = [];
  const seen = new Map<string, number>();
  let catchAll: number | undefined;
  for (const [i, { match: matches = [] }] of rules.entries()) {
    const path = `${at}[${i}]`;
    if (catchAll !== undefined) {
      report.warning(
        path,
        'unreachable-rule',
        `the rule is never used: rule ${catchAll} has no match, so it takes everything`,
      );
      continue;
    }
    if (matches.length === 0) {
      catchAll = i;
      continue;
    }
    const fresh = matches.flatMap((match, j): Place[] => {
      const place = { rule: i, index: j, at: `${path}.match[${j}]` };
      const key = keyOf(match);
      const earlier = seen.get(key);
      if (earlier !== undefined) {
        report.warning(place.at, 'ineffective-match', `the match is never used: rule ${earlier} has the same`);
        return [];
      }
      seen.set(key, i);
      return [place];
    });
    used.push(...fresh);
    if (fresh.length === 0) {
      report.warning(path, 'unreachable-rule', 'the rule is never used: earlier rules have all its matches');
    }
  }
  return used;
}

interface PrefixMatch {
  readonly prefix: string;
  readonly at: string;
  readonly match: HttpMatchRequest;
}

/** A match by path prefix hides later ones with a longer prefix whose other conditions are the same or narrower. */
function warnCoveredPrefixes(spec: VirtualServiceSpec, used: readonly Place[], report: Report): void {
  const matches = used.flatMap(({ rule, index, at }): PrefixMatch[] => {
    const match = spec.http?.[rule]?.match?.[index];
    const prefix = match?.uri?.prefix ?? '';
    return match === undefined || prefix === '' ? [] : [{ prefix, match, at }];
  });
  for (const [i, later] of matches.entries()) {
    for (const wider of matches.slice(0, i)) {
      if (!covers(wider, later)) continue;
      const message = `the match of prefix ${later.prefix} is never used: ${wider.at} takes ${wider.prefix}`;
      report.warning(later.at, 'ineffective-match', message);
    }
  }
}

function covers(earlier: PrefixMatch, later: PrefixMatch): boolean {
  const a = earlier.match;
  const b = later.match;
  return (
    earlier.prefix !== later.prefix &&
    later.prefix.startsWith(earlier.prefix) &&
    (a.port ?? 0) === (b.port ?? 0) &&
    form(a.method, 'exact:GET').startsWith(form(b.method, 'exact:GET')) &&
    form(a.authority, '').startsWith(form(b.authority, '')) &&
    sameForms(a.headers, b.headers) &&
    sameForms(a.queryParams, b.queryParams) &&
    sameForms(a.withoutHeaders, b.withoutHeaders)
  );
}

/** Istio compares exact and prefix only; a regex counts as no condition. */
function form(match: StringMatch | undefined, otherwise: string): string {
  if ((match?.exact ?? '') !== '') return `exact:${match?.exact}`;
  return (match?.prefix ?? '') === '' ? otherwise : `prefix:${match?.prefix}`;
}

type Matches = Readonly<Record<string, StringMatch>> | undefined;

function sameForms(a: Matches, b: Matches): boolean {
  const entries = Object.entries(a ?? {});
  if (entries.length !== Object.keys(b ?? {}).length) return false;
  return entries.every(([name, match]) => b?.[name] !== undefined && form(match, '').startsWith(form(b[name], '')));
}
