export type { CelCondition, CelNames } from './cel/compile.ts';
export { compileCel } from './cel/compile.ts';
export type { CelMap, CelValue } from './cel/value.ts';
export { celOf } from './cel/value.ts';
export type { CircuitBreakers, Thresholds } from './cluster/circuit-breakers.ts';
export type { Cluster, Discovery, DnsConfig, TcpKeepalive, TransportSocketMatch } from './cluster/cluster.ts';
export { compileCluster } from './cluster/compile-cluster.ts';
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
export {
  canonicalJson,
  durationMs,
  durationOr,
  fraction,
  metadataPairs,
  metadataValue,
  originOf,
} from './decode/scalars.ts';
export type { SupportedFields, SupportedMessages } from './decode/supported-fields.ts';
export { checkFields } from './decode/supported-fields.ts';
export type { SocketAddress } from './endpoint/address.ts';
export { addressKey } from './endpoint/address.ts';
export { compileEndpoints } from './endpoint/compile-endpoints.ts';
export type { HealthState } from './endpoint/endpoint.ts';
export { Endpoint } from './endpoint/endpoint.ts';
export type { EdsHealth, EndpointSet, EndpointSpec, Locality, LocalityEndpoints } from './endpoint/endpoint-set.ts';
export type { HostLocality, HostSet } from './endpoint/endpoint-store.ts';
export { EndpointStore } from './endpoint/endpoint-store.ts';
export type { IpRange } from './endpoint/ip.ts';
export { inRange, isLoopback, parseIp, parseRange } from './endpoint/ip.ts';
export { compileFormat, formatWithIssues } from './format/compile-format.ts';
export type { Format, FormatContext, FormatPart, MetadataOperator, StreamOperator } from './format/format.ts';
export { STREAM_OPERATORS } from './format/format.ts';
export type { HeaderOp, HeaderOpKind, HeaderOps } from './format/header-ops.ts';
export { applyHeaderOps, compileHeaderOps, compileOption, sealOps } from './format/header-ops.ts';
export { renderFormat } from './format/render-format.ts';
export { LB_POLICIES } from './lb/all.ts';
export type { Balancer, BalancerInput, EndpointVerdict } from './lb/balancer.ts';
export { createBalancer, explainEndpoints } from './lb/balancer.ts';
export type { HashCookie } from './lb/hash-request.ts';
export { hashRequest } from './lb/hash-request.ts';
export { observeLatency } from './lb/peak-ewma.ts';
export type { PickContext, Picker, PolicyInput, PolicyPicker } from './lb/picker.ts';
export { pickContext } from './lb/picker.ts';
export type { PriorityLoad } from './lb/priority-load.ts';
export { compileListener, portMatches } from './listener/compile-listener.ts';
export type {
  ConnectionHead,
  FilterChain,
  FilterChainMatch,
  FilterSpec,
  Listener,
  ListenerFilterSpec,
  PortPredicate,
} from './listener/listener.ts';
export type { ChainStep, ChainVerdict } from './listener/plan-connection.ts';
export { explainConnection, planConnection } from './listener/plan-connection.ts';
export type { Fraction } from './match/fraction.ts';
export type { HeaderMatch } from './match/header-match.ts';
export { compileHeaderMatch, describeHeader, matchesHeaderValue } from './match/header-match.ts';
export type { RequestMetadata } from './match/metadata-match.ts';
export type { QueryMatch } from './match/query-match.ts';
export { queryValue } from './match/query-match.ts';
export type { Regex } from './match/regex.ts';
export { compileRegex, parseRegex } from './match/regex.ts';
export type { FailedCondition, PathKind, RouteMatch } from './match/route-match.ts';
export { describeMatch } from './match/route-match.ts';
export type { StringMatch, StringMatchKind } from './match/string-match.ts';
export { compileStringMatch, describeString, matchesString } from './match/string-match.ts';
export type { EjectionKind, OutlierObserver } from './outlier/ejection.ts';
export { EJECTION_KINDS } from './outlier/ejection.ts';
export type { OutlierInput } from './outlier/outlier-detector.ts';
export { OutlierDetector } from './outlier/outlier-detector.ts';
export type { OutlierMonitor } from './outlier/outlier-monitor.ts';
export { applyRequestHeaders, applyResponseHeaders } from './plan/apply.ts';
export type { Explanation, RouteVerdict, SplitVerdict, VirtualHostVerdict } from './plan/explain-request.ts';
export { explainRequest } from './plan/explain-request.ts';
export type { ForwardPlan, Plan, RedirectPlan, ReplyPlan, ReplyReason } from './plan/plan.ts';
export { planRequest } from './plan/plan-request.ts';
export type { RequestHead } from './plan/request-head.ts';
export { headValue } from './plan/request-head.ts';
export type { Rewrite } from './plan/rewrite.ts';
export { rewriteRequest } from './plan/rewrite.ts';
export type { RequestTimeouts } from './plan/timeouts.ts';
export { requestTimeouts } from './plan/timeouts.ts';
export type { RateLimitInput } from './rate-limit/descriptors.ts';
export { rateLimitDescriptors } from './rate-limit/descriptors.ts';
export type { Descriptor, RateLimitAction, RateLimitRule, VirtualHostRules } from './rate-limit/rate-limit.ts';
export { backOffMs, rateLimitedBackOffMs } from './retry/back-off.ts';
export { RETRY_HEADERS, retryPolicyOf } from './retry/header-policy.ts';
export type { RateLimitedBackOff, RetryCondition, RetryPolicy } from './retry/policy.ts';
export { RETRY_CONDITIONS } from './retry/policy.ts';
export type { Outcome } from './retry/should-retry.ts';
export { retriesAllowed, shouldRetry } from './retry/should-retry.ts';
export type { RouteTableOptions } from './route/compile-route-table.ts';
export { compileRouteTable } from './route/compile-route-table.ts';
export type { DecodeFilterConfig } from './route/levels.ts';
export type {
  ClusterChoice,
  DirectResponseAction,
  FilterOverrides,
  ForwardAction,
  GrpcTimeout,
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
export { SHARED_MESSAGES } from './route/supported.ts';
