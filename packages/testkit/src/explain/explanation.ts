import type { EndpointVerdict, Origin } from '@weft/engine';
import type { ReplyCode } from '@weft/proxy/decisions';

/** Something that was considered and not taken, and the first reason why. */
export interface Verdict {
  readonly name: string;
  readonly why: string;
  readonly origin: Origin | undefined;
}

export interface ListenerExplanation extends Verdict {
  /** `0.0.0.0:8080`. */
  readonly address: string;
}

export interface RuleExplanation extends Verdict {
  /** What it asks of a request. */
  readonly asks: string;
}

export interface HostExplanation extends Verdict {
  readonly domains: readonly string[];
}

/** `unknown`: the filter may answer by itself, and that cannot be told without traffic. */
export interface FilterExplanation {
  readonly name: string;
  readonly verdict: 'passes' | 'answers' | 'unknown';
  readonly why: string;
  /** What it does to a share of such requests, whether or not chance chose this one. */
  readonly chances: readonly { readonly what: string; readonly percent: number }[];
}

export interface EndpointExplanation {
  /** `10.0.0.1:8080`, or a name that DNS resolves. */
  readonly address: string;
  readonly health: string;
  readonly weight: number;
  readonly locality: string;
  readonly priority: number;
  /** Whether a request could get it now, and why or why not. */
  readonly eligible: boolean;
  readonly why: EndpointVerdict['why'];
}

/** How bytes travel to the upstream. */
export interface TlsExplanation {
  readonly mode: 'none' | 'simple' | 'mutual' | 'istio-mutual';
  readonly sni: string;
}

/** A cluster that a request may go to. */
export interface ClusterExplanation {
  readonly cluster: string;
  /** `orders.default.svc.cluster.local`; empty for a cluster that stands for no service. */
  readonly service: string;
  readonly subset: string;
  readonly port: number;
  /** Share of the requests, in percent. */
  readonly percent: number;
  /** Chance gave this request to it. */
  readonly chosen: boolean;
  readonly balancing: string;
  readonly connectTimeoutMs: number | undefined;
  readonly endpoints: readonly EndpointExplanation[];
  readonly tls: TlsExplanation;
  readonly origin: Origin | undefined;
  /** What a request that goes here gets instead of an answer. */
  readonly problem: string | undefined;
}

export interface RetryExplanation {
  readonly attempts: number;
  readonly on: readonly string[];
  readonly perTryTimeoutMs: number | undefined;
}

export interface MirrorExplanation {
  readonly cluster: string;
  readonly service: string;
  readonly subset: string;
  readonly percent: number;
}

/** What is done to the headers of a request or a response; a header set to another value is among `added`. */
export interface HeaderChanges {
  readonly added: Readonly<Record<string, string>>;
  readonly removed: readonly string[];
}

/** Sent on. For TCP there is no path, no retry and no header. Milliseconds; 0 is no limit. */
export interface ForwardOutcome {
  readonly kind: 'forward';
  /** `orders.default.svc.cluster.local`; empty for a cluster that stands for no service, such as the application itself. */
  readonly service: string;
  readonly subset: string;
  readonly port: number;
  readonly cluster: string;
  /** The one that the seeded random chose. */
  readonly endpoint: string;
  /** All that could have been. */
  readonly endpoints: readonly string[];
  readonly timeoutMs: number;
  readonly retries: RetryExplanation | undefined;
  /** The path and host that the upstream sees; equal to the request's when nothing rewrites them. */
  readonly path: string;
  readonly authority: string;
  readonly mirrors: readonly MirrorExplanation[];
  readonly requestHeaders: HeaderChanges;
  readonly responseHeaders: HeaderChanges;
  readonly tls: TlsExplanation;
  /** Injected before it is sent, in milliseconds. */
  readonly delayMs: number;
}

export interface RedirectOutcome {
  readonly kind: 'redirect';
  readonly status: number;
  readonly location: string;
}

/** Answered by a proxy itself. */
export interface ReplyOutcome {
  readonly kind: 'reply';
  readonly status: number;
  /** Envoy's response flag: `NR`, `UH`, `FI`, …; empty when the answer is no error. */
  readonly flag: string;
  /** What `x-weft-error` would say, in the proxy's own words. */
  readonly code: ReplyCode;
  readonly reason: string;
  readonly body: string;
  /** Where it would have gone; undefined when no route chose a cluster. */
  readonly cluster: string | undefined;
  readonly service: string;
  readonly subset: string;
}

/** There is no connection: nothing listens, TLS does not fit, or a chain closes it. */
export interface RefusedOutcome {
  readonly kind: 'refused';
  readonly reason: string;
}

export type Outcome = ForwardOutcome | RedirectOutcome | ReplyOutcome | RefusedOutcome;

/** What one proxy does with a request, from the connection to the upstream. */
export interface HopExplanation {
  /** The proxy's node id. */
  readonly proxy: string;
  readonly side: 'outbound' | 'inbound' | 'gateway';
  readonly listener: ListenerExplanation | undefined;
  readonly otherListeners: readonly ListenerExplanation[];
  readonly chain: Verdict | undefined;
  readonly otherChains: readonly Verdict[];
  /** What of TLS this proxy sees. */
  readonly downstreamTls: string;
  /** The name of the route table; empty for TCP. */
  readonly routes: string;
  readonly virtualHost: HostExplanation | undefined;
  readonly otherVirtualHosts: readonly HostExplanation[];
  readonly rule: RuleExplanation | undefined;
  readonly lostRules: readonly RuleExplanation[];
  readonly filters: readonly FilterExplanation[];
  /** All that the winning rule may send to. */
  readonly destinations: readonly ClusterExplanation[];
  /** What the winning rule does when it forwards, also where nobody is there to get it (`endpoint` is empty then) or a filter answers. */
  readonly intended: ForwardOutcome | undefined;
  readonly outcome: Outcome;
  /** What this proxy would refuse of its configuration. */
  readonly refused: readonly string[];
}

/** What becomes of a request on its whole way, and why. The `-o json` form of `weft explain`. */
export interface Explanation {
  readonly request: {
    readonly from: string;
    readonly method: string;
    readonly url: string;
    readonly headers: readonly string[];
  };
  /** In the order that the request meets the proxies. */
  readonly hops: readonly HopExplanation[];
  readonly outcome: Outcome;
  /** Why the way ends where it ends, when that is not the application; empty otherwise. */
  readonly note: string;
}
