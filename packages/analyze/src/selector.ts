import type { LabelSelector, LabelSelectorRequirement } from '@weft/config';
import type { Labels } from '@weft/mesh';

/** `app=web,tier=front`, by name: how selectors are written and compared. */
export function formatLabels(labels: Labels = {}): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(',');
}

/** The first label of a selector, as a path below `at`: where a selector that finds nothing is shown. */
export function labelPath(at: string, labels: Labels = {}): string {
  const first = Object.keys(labels).sort()[0];
  return first === undefined ? at : `${at}.${first}`;
}

/** Whether a Kubernetes label selector selects; an absent one selects everything, a malformed one nothing (meta/v1 LabelSelector). */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return (
    Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
    matchExpressions.every((expression) => holds(expression, labels))
  );
}

function holds({ key = '', operator, values = [] }: LabelSelectorRequirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return values.length > 0 && (value === undefined || !values.includes(value));
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
