import assert, { AssertionError } from 'node:assert/strict';
import type { ForwardOutcome, Outcome, RetryExplanation } from '../explain/explanation.ts';
import { printOutcome } from '../explain/print.ts';
import type { Answer } from './answer.ts';

/** What an answer must have; everything left out may be anything. */
export interface Expected {
  readonly kind?: Outcome['kind'];
  /** `orders`, `orders.shop` or the whole host name. */
  readonly service?: string;
  readonly subset?: string;
  readonly port?: number;
  readonly cluster?: string;
  readonly endpoint?: string;
  readonly endpoints?: readonly string[];
  /** The name of the workload behind the endpoint, or the beginning of it (`orders-v1` of `orders-v1-2`). */
  readonly workload?: string;
  readonly timeoutMs?: number;
  readonly retries?: Partial<RetryExplanation> | undefined;
  readonly path?: string;
  readonly authority?: string;
  readonly delayMs?: number;
  readonly tls?: ForwardOutcome['tls']['mode'];
  /** Services that get a copy, by short or whole name. */
  readonly mirrors?: readonly string[];
  /** Headers that rules set on the request. */
  readonly requestHeaders?: Readonly<Record<string, string>>;
  /** Headers that rules set on the answer. */
  readonly responseHeaders?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly location?: string;
  /** Envoy's response flag: `NR`, `UH`, `FI`, … */
  readonly flag?: string;
  readonly body?: string;
}

/** @throws AssertionError whose message holds what was expected, what became of the request, and why. */
export function assertAnswer(answer: Answer, expected: Expected): void {
  const actual = comparable(answer, expected);
  try {
    assert.deepEqual(actual, expected);
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    const wrong = Object.keys(expected).filter((key) => !sameAt(key, actual, expected));
    const told = wrong.map((key) => `  ${key}: expected ${show(at(expected, key))}, found ${show(at(actual, key))}`);
    const { outcome } = answer.explanation;
    const head = `the request is not answered as expected: ${printOutcome(outcome)}`;
    const message = [head, ...told, '', answer.explain()].join('\n');
    throw new AssertionError({ message, actual, expected, operator: 'deepStrictEqual', stackStartFn: assertAnswer });
  }
}

function at(record: object, key: string): unknown {
  return Object.entries(record).find(([name]) => name === key)?.[1];
}

function sameAt(key: string, actual: object, expected: object): boolean {
  try {
    assert.deepEqual(at(actual, key), at(expected, key));
    return true;
  } catch {
    // Not equal is an answer here; who calls says it in words.
    return false;
  }
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

/** The fields of the answer that are asked for, in the form that they are asked in. */
function comparable(answer: Answer, expected: Expected): Readonly<Record<string, unknown>> {
  const fields: Readonly<Record<string, unknown>> = { ...answer };
  const result: Record<string, unknown> = {};
  for (const [key, wanted] of Object.entries(expected)) {
    const form = FORMS[key];
    result[key] = form === undefined ? fields[key] : form(answer, wanted);
  }
  return result;
}

type Form = (answer: Answer, wanted: unknown) => unknown;

const FORMS: Readonly<Record<string, Form>> = {
  service: (answer, wanted) => ('service' in answer ? asWritten(answer.service, wanted) : undefined),
  workload: ({ workload }, wanted) => {
    const same = workload?.name === wanted || workload?.name.startsWith(`${String(wanted)}-`) === true;
    return same ? wanted : workload?.name;
  },
  tls: (answer) => (answer.kind === 'forward' ? answer.tls.mode : undefined),
  retries: (answer, wanted) =>
    answer.kind === 'forward' && answer.retries !== undefined ? only(answer.retries, wanted) : undefined,
  mirrors: (answer, wanted) =>
    answer.kind === 'forward'
      ? answer.mirrors.map(({ service }, i) => asWritten(service, Array.isArray(wanted) ? wanted[i] : undefined))
      : undefined,
  requestHeaders: (answer, wanted) =>
    answer.kind === 'forward' ? only(answer.requestHeaders.added, wanted) : undefined,
  responseHeaders: (answer, wanted) =>
    answer.kind === 'forward' ? only(answer.responseHeaders.added, wanted) : undefined,
};

/** The host name as it was written, when that means the same. */
function asWritten(service: string, wanted: unknown): unknown {
  return typeof wanted === 'string' && service.startsWith(`${wanted}.`) ? wanted : service;
}

/** The keys of `value` that `wanted` has. */
function only(value: object, wanted: unknown): unknown {
  if (typeof wanted !== 'object' || wanted === null) return value;
  return Object.fromEntries(Object.keys(wanted).map((key) => [key, at(value, key)]));
}
