import { suggest } from '@weft/base';
import { emptyProblem, ipsProblem, portsProblem, serviceAccountsProblem, wildcardsProblem } from './values.ts';

type Problem = (values: readonly string[]) => string | undefined;

/** https://istio.io/latest/docs/reference/config/security/conditions/ */
const ATTRIBUTES: Readonly<Record<string, Problem>> = {
  'source.ip': ipsProblem,
  'remote.ip': ipsProblem,
  'source.namespace': emptyProblem,
  'source.serviceAccount': serviceAccountsProblem,
  'source.principal': emptyProblem,
  'source.trustDomain': wildcardsProblem,
  'request.auth.principal': emptyProblem,
  'request.auth.audiences': emptyProblem,
  'request.auth.presenter': emptyProblem,
  'destination.ip': ipsProblem,
  'destination.port': portsProblem,
  'connection.sni': emptyProblem,
};

/** Attributes that are maps: `request.headers[User-Agent]`. */
const MAPS = ['request.headers', 'request.auth.claims', 'experimental.envoy.filters.'];

/** Attributes of older versions, and what to write instead. */
const REPLACED: Readonly<Record<string, string>> = {
  'destination.namespace': 'use the namespace of the policy',
  'destination.name': 'use the selector of the policy',
  'destination.user': 'use the selector of the policy',
};

/** Why a condition on an attribute with these values is refused. */
export function attributeProblem(key: string, values: readonly string[]): string | undefined {
  const empty = emptyProblem(values);
  if (empty !== undefined) return `${key}: ${empty}`;
  if (MAPS.some((map) => key.startsWith(map))) {
    return /^[^[]+\[.+\]$/s.test(key) ? undefined : `the key ${JSON.stringify(key)} should have the form name[entry]`;
  }
  const problemOf = Object.hasOwn(ATTRIBUTES, key) ? ATTRIBUTES[key] : undefined;
  if (problemOf !== undefined) {
    const problem = problemOf(values);
    return problem === undefined ? undefined : `${key}: ${problem}`;
  }
  if (key.startsWith('destination.labels')) return `${key} is no attribute any more: use the selector of the policy`;
  if (Object.hasOwn(REPLACED, key)) return `${key} is no attribute any more: ${REPLACED[key]}`;
  const near = suggest(key, [...Object.keys(ATTRIBUTES), ...MAPS]);
  return `unknown attribute ${JSON.stringify(key)}${near === undefined ? '' : `; did you mean ${near}?`}`;
}
