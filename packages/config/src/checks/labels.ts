import type { Report } from '../schema/index.ts';

const NAME = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const PREFIX = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*$/;
const MAX_NAME = 63;
const MAX_PREFIX = 253;

function keyProblem(key: string): string | undefined {
  const slash = key.indexOf('/');
  const prefix = slash === -1 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (!NAME.test(name) || (prefix !== undefined && !PREFIX.test(prefix)))
    return `invalid label key ${JSON.stringify(key)}`;
  if (name.length > MAX_NAME) return `label key ${JSON.stringify(key)} has a name longer than ${MAX_NAME} characters`;
  if ((prefix?.length ?? 0) > MAX_PREFIX)
    return `label key ${JSON.stringify(key)} has a prefix longer than ${MAX_PREFIX} characters`;
  return undefined;
}

/** Labels that select endpoints. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
export function checkLabels(labels: Readonly<Record<string, string>> | undefined, at: string, report: Report): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    const problem = keyProblem(key);
    if (problem !== undefined) report.error(at, 'invalid-label', problem);
    if (value !== '' && !NAME.test(value)) {
      report.error(`${at}.${key}`, 'invalid-label', `invalid label value ${JSON.stringify(value)}`);
    }
  }
}
