import type { ExplainedDestination } from './destination.ts';
import type { ListenerVerdict } from './find-routes.ts';

/** The object, field, file and line that something comes from. */
export interface ExplainedOrigin {
  readonly resource: string;
  readonly path: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
}

export interface ExplainedHost {
  readonly name: string;
  readonly domains: readonly string[];
  readonly why: string;
  readonly origin: ExplainedOrigin | undefined;
}

export interface ExplainedRule {
  readonly name: string;
  /** What it asks of a request. */
  readonly asks: string;
  readonly why: string;
  readonly origin: ExplainedOrigin | undefined;
}

export interface ExplainedRetries {
  readonly attempts: number;
  readonly on: readonly string[];
  readonly perTryTimeoutMs: number | undefined;
}

export type ExplainedOutcome =
  | {
      readonly kind: 'forward';
      readonly destinations: readonly ExplainedDestination[];
      /** 0: no limit. */
      readonly timeoutMs: number;
      readonly retries: ExplainedRetries | undefined;
      /** What the upstream sees, when it is not what the client sent. */
      readonly path: string | undefined;
      readonly authority: string | undefined;
      readonly mirrors: readonly string[];
    }
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string }
  | { readonly kind: 'reply'; readonly status: number; readonly reason: string };

/** Everything about what a proxy does with one request. The `--json` form of `weft explain`. */
export interface Explained {
  readonly request: { readonly method: string; readonly url: string; readonly headers: readonly string[] };
  readonly proxy: string;
  readonly listener:
    | { readonly name: string; readonly address: string; readonly why: string; readonly routes: string }
    | undefined;
  readonly otherListeners: readonly ListenerVerdict[];
  readonly virtualHost: ExplainedHost | undefined;
  readonly otherVirtualHosts: readonly ExplainedHost[];
  readonly rule: ExplainedRule | undefined;
  readonly lostRules: readonly ExplainedRule[];
  readonly outcome: ExplainedOutcome;
}
