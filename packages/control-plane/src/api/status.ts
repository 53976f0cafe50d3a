import { formatIssue, type Issue } from '@weft/base';
import type { ObjectKey } from '../store/object.ts';
import { StoreError, type StoreErrorReason } from '../store/store.ts';

/** Kubernetes' Status (apimachinery, meta/v1): the body of every answer that is no object. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Success' | 'Failure';
  readonly message: string;
  readonly reason: string;
  readonly code: number;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly causes?: readonly { readonly reason: string; readonly message: string; readonly field: string }[];
    /** Ours: the same causes with file, line and hint. */
    readonly issues?: readonly Issue[];
  };
}

export type FailureReason =
  | StoreErrorReason
  | 'BadRequest'
  | 'Forbidden'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'Timeout'
  | 'InternalError';

const CODES: Readonly<Record<FailureReason, number>> = {
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  MethodNotAllowed: 405,
  Invalid: 422,
  BadRequest: 400,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Timeout: 504,
  InternalError: 500,
};

/** Thrown by handlers; the server answers with its Status. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly reason: FailureReason;
  readonly issues: readonly Issue[];

  constructor(reason: FailureReason, message: string, issues: readonly Issue[] = []) {
    super(message);
    this.reason = reason;
    this.issues = issues;
  }
}

/** The refusal of invalid configuration, each issue told. */
export function invalid(issues: readonly Issue[]): ApiError {
  const errors = issues.filter((issue) => issue.severity === 'error');
  const count = `${errors.length} ${errors.length === 1 ? 'error' : 'errors'}; nothing was changed`;
  return new ApiError('Invalid', [count, ...errors.map(formatIssue)].join('\n'), issues);
}

/** The Status of a failure. Errors that nobody expected tell no more than that; the log has the rest. */
export function statusOf(error: unknown): Status {
  if (error instanceof StoreError) return failure(error.reason, error.message, [], error.key);
  if (error instanceof ApiError) return failure(error.reason, error.message, error.issues, undefined);
  return failure('InternalError', 'internal error; the log of the control plane has the cause', [], undefined);
}

function failure(reason: FailureReason, message: string, issues: readonly Issue[], key: ObjectKey | undefined): Status {
  const causes = issues.map(({ code, at, message: text }) => ({ reason: code, message: text, field: at }));
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code: CODES[reason],
    ...((key !== undefined || issues.length > 0) && {
      details: {
        ...(key !== undefined && { name: key.name, group: key.group, kind: key.kind }),
        ...(issues.length > 0 && { causes, issues }),
      },
    }),
  };
}
