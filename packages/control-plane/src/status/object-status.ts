import type { Issue, Severity } from '@weft/base';
import type { JsonObject } from '@weft/config';
import { isJsonObject } from '@weft/config';
import type { StoredObject } from '../store/object.ts';

/** Istio's AnalysisMessageBase (analysis.v1alpha1). */
export interface ValidationMessage {
  /** Istio's page about the code; absent for codes of our own. */
  readonly documentationUrl?: string;
  readonly level: 'ERROR' | 'WARNING' | 'INFO';
  readonly type: { readonly code: string };
}

/** Istio's IstioCondition (meta.v1alpha1). */
export interface StatusCondition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
  /** RFC 3339. */
  readonly lastTransitionTime: string;
}

/** What the control plane finds out about an object: Istio's IstioStatus (meta.v1alpha1). */
export interface ObjectStatus {
  readonly conditions: readonly StatusCondition[];
  readonly validationMessages: readonly ValidationMessage[];
  /** The generation that all this is about. */
  readonly observedGeneration: number;
}

/** The newest version of the object is in force; False: it cannot be read, and the last good version stays. */
export const ACCEPTED = 'Accepted';
/** Analysis found no error and nothing without effect. */
const PASSED_VALIDATION = 'PassedValidation';

const OWN_CONDITIONS: ReadonlySet<unknown> = new Set([ACCEPTED, PASSED_VALIDATION]);
const LEVELS: Readonly<Record<Severity, ValidationMessage['level']>> = {
  error: 'ERROR',
  warning: 'WARNING',
  info: 'INFO',
};
const ORDER: readonly Severity[] = ['error', 'warning', 'info'];

/** What was found about one object; `errors` are those of a newer version that could not be used. */
export interface Findings {
  readonly errors: readonly Issue[];
  readonly issues: readonly Issue[];
}

export function statusOf(
  { errors, issues }: Findings,
  generation: number,
  now: string,
  before: ObjectStatus | undefined,
): ObjectStatus {
  const all = [...errors, ...issues].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  const odd = all.filter(({ severity }) => severity !== 'info');
  const since = (condition: Omit<StatusCondition, 'lastTransitionTime'>): StatusCondition => {
    const old = before?.conditions.find(({ type }) => type === condition.type);
    return { ...condition, lastTransitionTime: old?.status === condition.status ? old.lastTransitionTime : now };
  };
  return {
    conditions: [
      since({
        type: ACCEPTED,
        status: errors.length === 0 ? 'True' : 'False',
        ...(errors.length > 0 && {
          reason: 'Invalid',
          message: `the last good version stays in force: ${told(errors)}`,
        }),
      }),
      since({
        type: PASSED_VALIDATION,
        status: odd.length === 0 ? 'True' : 'False',
        ...(odd.length > 0 && {
          reason: odd.some(({ severity }) => severity === 'error') ? 'ErrorsFound' : 'WarningsFound',
          message: told(odd),
        }),
      }),
    ],
    validationMessages: all.map(messageOf),
    observedGeneration: generation,
  };
}

function messageOf({ code, severity }: Issue): ValidationMessage {
  const documented = /^IST\d{4}$/.test(code);
  return {
    ...(documented && {
      documentationUrl: `https://istio.io/latest/docs/reference/config/analysis/${code.toLowerCase()}/`,
    }),
    level: LEVELS[severity],
    type: { code },
  };
}

function told(issues: readonly Issue[]): string {
  return issues.map(({ at, code, message }) => `${at === '' ? '' : `${at}: `}${message} [${code}]`).join('; ');
}

/** The object with what was found out about it, beside what others wrote into its status. */
export function withFoundStatus(object: StoredObject, found: ObjectStatus): StoredObject {
  const { status } = object;
  const kept: JsonObject = isJsonObject(status) ? status : {};
  const conditions = foreignConditions(kept['conditions']);
  return { ...object, status: { ...kept, ...found, conditions: [...conditions, ...found.conditions] } };
}

/** The object without what a control plane found out: as read from one and given back, that is no part of it. */
export function withoutFoundStatus(object: StoredObject): StoredObject {
  const { status, ...rest } = object;
  if (!isJsonObject(status)) return object;
  const { conditions, observedGeneration: _, validationMessages, ...others } = status;
  // Only together are they ours: other kinds' status may have a generation of their own.
  const ours =
    Array.isArray(conditions) && conditions.some((each) => isJsonObject(each) && OWN_CONDITIONS.has(each['type']));
  if (!ours && validationMessages === undefined) return object;
  const kept = foreignConditions(conditions);
  const left = { ...others, ...(kept.length > 0 && { conditions: kept }) };
  return Object.keys(left).length === 0 ? rest : { ...rest, status: left };
}

function foreignConditions(conditions: unknown): readonly JsonObject[] {
  if (!Array.isArray(conditions)) return [];
  return conditions.filter((each): each is JsonObject => isJsonObject(each) && !OWN_CONDITIONS.has(each['type']));
}
