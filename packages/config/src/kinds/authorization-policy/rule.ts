import type { Report } from '../../schema/index.ts';
import { attributeProblem } from './attribute.ts';
import { pathTemplateProblem } from './path-template.ts';
import type { AuthorizationRule, RuleCondition, RuleOperation, RuleSource } from './type.ts';
import { emptyProblem, ipsProblem, portsProblem, serviceAccountsProblem, trustDomainsProblem } from './values.ts';

type Problem = (values: readonly string[]) => string | undefined;

/** What each list of a source may hold. */
const SOURCE_VALUES: Readonly<Record<keyof RuleSource, Problem>> = {
  principals: emptyProblem,
  notPrincipals: emptyProblem,
  requestPrincipals: emptyProblem,
  notRequestPrincipals: emptyProblem,
  namespaces: emptyProblem,
  notNamespaces: emptyProblem,
  serviceAccounts: serviceAccountsProblem,
  notServiceAccounts: serviceAccountsProblem,
  trustDomains: trustDomainsProblem,
  notTrustDomains: trustDomainsProblem,
  ipBlocks: ipsProblem,
  notIpBlocks: ipsProblem,
  remoteIpBlocks: ipsProblem,
  notRemoteIpBlocks: ipsProblem,
};

const pathsProblem: Problem = (paths) => emptyProblem(paths) ?? pathTemplateProblem(paths);

/** What each list of an operation may hold. */
const OPERATION_VALUES: Readonly<Record<keyof RuleOperation, Problem>> = {
  hosts: emptyProblem,
  notHosts: emptyProblem,
  methods: emptyProblem,
  notMethods: emptyProblem,
  paths: pathsProblem,
  notPaths: pathsProblem,
  ports: portsProblem,
  notPorts: portsProblem,
};

/** Every list of `value` by its own rule; a value without any is reported as empty. */
function checkLists<K extends string>(
  value: Readonly<Partial<Record<K, readonly string[]>>>,
  rules: Readonly<Record<K, Problem>>,
  at: string,
  report: Report,
): void {
  let entries = 0;
  for (const field of Object.keys(rules) as K[]) {
    const list = value[field] ?? [];
    entries += list.length;
    const problem = rules[field](list);
    if (problem !== undefined) report.error(`${at}.${field}`, 'invalid-value', problem);
  }
  if (entries === 0) report.error(at, 'missing-field', 'it has no conditions, so it says nothing');
}

/** One rule: sources, operations and conditions, none of them empty. */
export function checkRule(rule: AuthorizationRule, at: string, report: Report): void {
  for (const field of ['from', 'to'] as const) {
    if (rule[field]?.length === 0) report.error(`${at}.${field}`, 'missing-field', `${field} must not be empty`);
  }
  for (const [i, { source }] of (rule.from ?? []).entries()) {
    const path = `${at}.from[${i}].source`;
    if (source === undefined) report.error(path, 'missing-field', 'an entry of from must have a source');
    else checkSource(source, path, report);
  }
  for (const [i, { operation }] of (rule.to ?? []).entries()) {
    const path = `${at}.to[${i}].operation`;
    if (operation === undefined) report.error(path, 'missing-field', 'an entry of to must have an operation');
    else checkLists(operation, OPERATION_VALUES, path, report);
  }
  for (const [i, condition] of (rule.when ?? []).entries()) checkCondition(condition, `${at}.when[${i}]`, report);
}

function checkSource(source: RuleSource, at: string, report: Report): void {
  checkLists(source, SOURCE_VALUES, at, report);
  const any = (...fields: readonly (keyof RuleSource)[]): boolean =>
    fields.some((field) => (source[field] ?? []).length > 0);
  const named = any('principals', 'notPrincipals', 'namespaces', 'notNamespaces');
  if (named && any('serviceAccounts', 'notServiceAccounts')) {
    report.error(at, 'conflicting-fields', 'serviceAccounts cannot be set with namespaces or principals');
  }
}

function checkCondition(condition: RuleCondition, at: string, report: Report): void {
  const { key = '', values = [], notValues = [] } = condition;
  if (key === '') report.error(`${at}.key`, 'missing-field', 'a condition must have a key');
  else if (values.length === 0 && notValues.length === 0) {
    report.error(at, 'missing-field', `values or notValues must be set for ${key}`);
  } else {
    const problem = attributeProblem(key, values) ?? attributeProblem(key, notValues);
    if (problem !== undefined) report.error(at, 'invalid-condition', problem);
  }
}
