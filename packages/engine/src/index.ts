export type { CircuitBreakers, Thresholds } from './cluster/circuit-breakers.ts';
export type { Cluster, Discovery, DnsConfig, TransportSocketMatch } from './cluster/cluster.ts';
export type { HealthCheckConfig, HealthChecker } from './cluster/health-check.ts';
export type {
  LbConfig,
  LbPolicy,
  SlowStart,
  SubsetConfig,
  SubsetFallback,
  SubsetSelector,
} from './cluster/lb-config.ts';
export type { OutlierConfig } from './cluster/outlier-config.ts';
export type { Http1Options, Http2Options, UpstreamProtocol } from './cluster/protocol.ts';
export { Issues } from './decode/issues.ts';
export type { Origin } from './decode/origin.ts';
export type { SocketAddress } from './endpoint/address.ts';
export { addressKey } from './endpoint/address.ts';
export type { HealthState } from './endpoint/endpoint.ts';
export { Endpoint } from './endpoint/endpoint.ts';
export type { EdsHealth, EndpointSet, EndpointSpec, Locality, LocalityEndpoints } from './endpoint/endpoint-set.ts';
export type { Format, FormatContext, FormatPart, StreamOperator } from './format/format.ts';
export { STREAM_OPERATORS } from './format/format.ts';
export type { HeaderOp, HeaderOpKind, HeaderOps } from './format/header-ops.ts';
export type { PickContext, Picker } from './lb/picker.ts';
export type {
  ConnectionHead,
  FilterChain,
  FilterChainMatch,
  FilterSpec,
  Listener,
  ListenerFilterSpec,
  PortPredicate,
} from './listener/listener.ts';
export type { Fraction } from './match/fraction.ts';
export type { HeaderMatch } from './match/header-match.ts';
export type { QueryMatch } from './match/query-match.ts';
export type { Regex } from './match/regex.ts';
export { compileRegex } from './match/regex.ts';
export type { PathKind, RouteMatch } from './match/route-match.ts';
export type { StringMatch, StringMatchKind } from './match/string-match.ts';
export type { ForwardPlan, Plan, RedirectPlan, ReplyPlan, ReplyReason } from './plan/plan.ts';
export type { RequestHead } from './plan/request-head.ts';
export { headValue } from './plan/request-head.ts';
export type { RateLimitedBackOff, RetryCondition, RetryPolicy } from './retry/policy.ts';
export { RETRY_CONDITIONS } from './retry/policy.ts';
export type {
  ClusterChoice,
  DirectResponseAction,
  FilterOverrides,
  ForwardAction,
  HashPolicy,
  HostRewrite,
  MetadataMatch,
  MetadataValue,
  MirrorPolicy,
  NonForwardingAction,
  PathRewrite,
  RedirectAction,
  Route,
  RouteAction,
  RouteTable,
  RouteTracing,
  UpgradePolicy,
  VirtualHost,
  WeightedCluster,
} from './route/route.ts';
