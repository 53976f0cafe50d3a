import type { Issue } from '@weft/base';
import type { LiveReport } from '@weft/control-plane';
import type { ProxyStatus } from '@weft/xds';
import { ConfigFailure } from '../command/config-failure.ts';
import type { ExitName } from '../command/exit-code.ts';
import { Failure, messageOf } from '../command/failure.ts';

/** What `POST /apply` did. */
export interface ApplyResult {
  readonly revision: number;
  readonly objects: readonly AppliedObject[];
  readonly issues: readonly Issue[];
}

export interface AppliedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly outcome: 'created' | 'configured' | 'unchanged' | 'deleted';
}

/** An object as the API gives it. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
    readonly creationTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  /** Istio's status, on Istio's kinds. */
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly validationMessages?: readonly { readonly type: { readonly code: string } }[];
  };
}

/** A connected proxy as `/debug/syncz` lists it. */
export type ProxyListing = ProxyStatus & {
  readonly adminAddress?: string;
  readonly ip?: string;
  readonly type?: string;
};

/** Kubernetes' Status, the body of every error (apimachinery, meta/v1). */
interface ApiStatus {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly issues?: readonly Issue[] };
}

const EXIT_OF_STATUS: Readonly<Record<number, ExitName>> = {
  404: 'notFound',
  409: 'conflict',
  410: 'conflict',
  422: 'invalidConfig',
  504: 'timeout',
};

/** The control plane's REST API. Every answer that is no success becomes a Failure with the exit code that scripts expect. */
export class ApiClient {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base.replace(/\/$/, '');
  }

  async apply(yaml: string, texts: ReadonlyMap<string, string>, dryRun: boolean): Promise<ApplyResult> {
    const path = `/apply${dryRun ? '?dryRun=All' : ''}`;
    return this.#json<ApplyResult>('POST', path, { type: 'application/yaml', text: yaml }, texts);
  }

  /** Waits until every connected proxy has settled on `revision` (default: the newest); a timeout is part of the report, no failure. */
  async wait(revision: number | undefined, timeoutMs: number): Promise<LiveReport> {
    const which = revision === undefined ? '' : `revision=${revision}&`;
    const response = await this.#fetch('GET', `/wait?${which}timeout=${Math.ceil(timeoutMs)}ms`);
    if (!response.ok && response.status !== 504) throw await failureOf(response, new Map());
    return parseJson<LiveReport>(response);
  }

  get<T = ApiObject>(path: string): Promise<T> {
    return this.#json<T>('GET', path);
  }

  create(path: string, object: unknown): Promise<ApiObject> {
    return this.#json('POST', path, { type: 'application/json', text: JSON.stringify(object) });
  }

  replace(path: string, object: unknown): Promise<ApiObject> {
    return this.#json('PUT', path, { type: 'application/json', text: JSON.stringify(object) });
  }

  delete(path: string): Promise<unknown> {
    return this.#json('DELETE', path);
  }

  proxies(): Promise<readonly ProxyListing[]> {
    return this.#json('GET', '/debug/syncz');
  }

  async #json<T>(
    method: string,
    path: string,
    body?: { readonly type: string; readonly text: string },
    texts: ReadonlyMap<string, string> = new Map(),
  ): Promise<T> {
    const response = await this.#fetch(method, path, body);
    if (!response.ok) throw await failureOf(response, texts);
    return parseJson<T>(response);
  }

  async #fetch(
    method: string,
    path: string,
    body?: { readonly type: string; readonly text: string },
  ): Promise<Response> {
    const init = body === undefined ? { method } : { method, body: body.text, headers: { 'content-type': body.type } };
    try {
      return await fetch(`${this.#base}${path}`, init);
    } catch (error) {
      throw new Failure(
        'unreachable',
        `no control plane answers at ${this.#base} (${messageOf(error)})`,
        'start one with `weft up`, `weft demo` or `weft control`, or name another with --server or WEFT_SERVER',
      );
    }
  }
}

/** Our own control plane is trusted to answer in the shape its API documents; the type says which. */
async function parseJson<T>(response: Response): Promise<T> {
  const value: T = JSON.parse(await response.text());
  return value;
}

async function failureOf(response: Response, texts: ReadonlyMap<string, string>): Promise<Failure> {
  const text = await response.text();
  let status: ApiStatus = {};
  try {
    status = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    status = { message: text.slice(0, 500) };
  }
  const issues = status.details?.issues ?? [];
  if (issues.length > 0) return new ConfigFailure(issues, texts);
  const exit = EXIT_OF_STATUS[response.status] ?? 'failure';
  return new Failure(exit, status.message ?? `the control plane answered ${response.status}`);
}
