import type {
  FilterOverrides,
  ForwardAction,
  MetadataMatch,
  Route,
  VirtualHost,
  WeightedCluster,
} from '../route/route.ts';

/** Send the request to `cluster`. Applied with `rewriteRequest` and `applyRequestHeaders`. */
export interface ForwardPlan {
  readonly kind: 'forward';
  readonly virtualHost: VirtualHost;
  readonly route: Route;
  readonly action: ForwardAction;
  /** The chosen cluster's name. Whether it exists is the caller's to know; if not, answer `action.clusterNotFoundStatus`. */
  readonly cluster: string;
  /** The entry of a weighted split that won, when the action is one. */
  readonly weighted: WeightedCluster | undefined;
  /** What subset selection looks for: the route's criteria and the weighted cluster's. */
  readonly metadataMatch: MetadataMatch | undefined;
  /** Per-filter configuration that applies here, most specific first. */
  readonly filterConfigs: FilterOverrides;
}

/** Answer with a redirect. Response headers of the route still apply, unless `reason` is `require-tls`. */
export interface RedirectPlan {
  readonly kind: 'redirect';
  readonly reason: 'route' | 'require-tls';
  readonly virtualHost: VirtualHost;
  readonly route: Route | undefined;
  readonly status: number;
  readonly location: string;
  readonly filterConfigs: FilterOverrides;
}

export type ReplyReason =
  /** No virtual host claims the authority: 404, response flag NR. */
  | 'no-virtual-host'
  /** A virtual host does, none of its routes matches: 404, response flag NR. */
  | 'no-route'
  /** The route names its cluster by a header that the request lacks: 503-like `action.clusterNotFoundStatus`, flag NC. */
  | 'no-cluster'
  /** The route answers by itself. */
  | 'direct-response'
  /** `non_forwarding_action`: the route is for servers that answer themselves; a proxy has nowhere to send it. 404. */
  | 'non-forwarding';

/** Answer without an upstream. */
export interface ReplyPlan {
  readonly kind: 'reply';
  readonly reason: ReplyReason;
  readonly virtualHost: VirtualHost | undefined;
  readonly route: Route | undefined;
  readonly status: number;
  readonly body: Uint8Array | undefined;
  readonly filterConfigs: FilterOverrides;
}

/** What is to become of a request: a value, decided without a socket, clock or promise. */
export type Plan = ForwardPlan | RedirectPlan | ReplyPlan;
