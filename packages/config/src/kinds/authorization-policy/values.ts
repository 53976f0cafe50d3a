import { ipOrCidrProblem } from '../../checks/address.ts';

const MAX_ACCOUNTS = 16;
const MAX_ACCOUNT_LENGTH = 320;

function firstProblem(values: readonly string[], problemOf: (value: string) => string | undefined): string | undefined {
  for (const value of values) {
    const problem = value === '' ? 'an empty value is not allowed' : problemOf(value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

export function emptyProblem(values: readonly string[]): string | undefined {
  return firstProblem(values, () => undefined);
}

export function ipsProblem(values: readonly string[]): string | undefined {
  return firstProblem(values, ipOrCidrProblem);
}

export function portsProblem(values: readonly string[]): string | undefined {
  return firstProblem(values, (value) =>
    /^\d+$/.test(value) && Number(value) <= 65535 ? undefined : `${JSON.stringify(value)} is not a port`,
  );
}

/** Exact, `prefix*`, `*suffix` or `*`. */
export function wildcardsProblem(values: readonly string[]): string | undefined {
  return firstProblem(values, (value) =>
    /^\*?[^*]*\*?$/.test(value) && (value.match(/\*/g) ?? []).length <= 1
      ? undefined
      : `${JSON.stringify(value)} may have one wildcard, at its start or its end`,
  );
}

export function trustDomainsProblem(values: readonly string[]): string | undefined {
  const slash = values.find((value) => value.includes('/'));
  return (
    wildcardsProblem(values) ??
    (slash === undefined ? undefined : `the trust domain ${JSON.stringify(slash)} must not contain "/"`)
  );
}

/** `account`, or `namespace/account`. */
export function serviceAccountsProblem(values: readonly string[]): string | undefined {
  if (values.length > MAX_ACCOUNTS) return `more than ${MAX_ACCOUNTS} service accounts`;
  return firstProblem(values, (value) => {
    if (value.includes('*')) return `${JSON.stringify(value)}: a wildcard is not allowed`;
    if (value.length > MAX_ACCOUNT_LENGTH) return `a service account is longer than ${MAX_ACCOUNT_LENGTH} characters`;
    return /^(?:[^/]+\/)?[^/]+$/.test(value)
      ? undefined
      : `${JSON.stringify(value)} is neither serviceAccount nor namespace/serviceAccount`;
  });
}
