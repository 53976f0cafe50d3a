import { compileRegex, Issues } from '@weft/engine';

/**
 * A pattern of a query parameter, found anywhere in the text, as Envoy's admin filters are. RE2's syntax and linear time: whoever can
 * reach the admin port must not be able to stall the proxy with a pattern.
 */
export function searchPattern(
  source: string,
  parameter: string,
): ((text: string) => boolean) | { readonly problem: string } {
  const issues = new Issues('admin');
  const regex = compileRegex(`(?s:.*)(?:${source})(?s:.*)`, parameter, issues);
  const [issue] = issues.list;
  return issue === undefined ? (text) => regex.full(text) : { problem: `${parameter}: ${issue.message}` };
}
