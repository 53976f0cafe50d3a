const ONE = '{*}';
const ANY = '{**}';
/** pchar of RFC 3986 appendix A: what Envoy's URI template takes for a literal. */
const LITERAL = /^[a-zA-Z0-9\-._~%!$&'()+,;:@=]+$/;

function segmentProblem(segment: string, template: boolean, afterAny: boolean): string | undefined {
  if (segment === ONE || segment === ANY) return afterAny ? `${ANY} must be the last operator` : undefined;
  if (/[{}]/.test(segment)) return `the segment ${JSON.stringify(segment)} has a brace outside ${ONE} and ${ANY}`;
  return template && !LITERAL.test(segment)
    ? `the segment ${JSON.stringify(segment)} is not a valid literal`
    : undefined;
}

/** Paths with the operators `{*}` (one segment) and `{**}` (the rest). */
export function pathTemplateProblem(paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const template = path.includes(ONE) || path.includes(ANY);
    let afterAny = false;
    for (const segment of path.replace(/^\/+|\/+$/g, '').split('/')) {
      const problem = segmentProblem(segment, template, afterAny);
      if (problem !== undefined) return `invalid path ${JSON.stringify(path)}: ${problem}`;
      afterAny ||= segment === ANY;
    }
  }
  return undefined;
}
