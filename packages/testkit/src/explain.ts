/** How a request is followed through a mesh: for the command line, which has the proxies from elsewhere. */
export { type Call, CallError, type CallText, parseCall } from './explain/call.ts';
export type {
  ClusterExplanation,
  Explanation,
  ForwardOutcome,
  HopExplanation,
  Outcome,
  RedirectOutcome,
  RefusedOutcome,
  ReplyOutcome,
  RuleExplanation,
  Verdict,
} from './explain/explanation.ts';
export { type PrintStyle, printExplanation, printOutcome, printRequest } from './explain/print.ts';
export { type ProxyResources, ProxyView } from './explain/proxy-view.ts';
export { newSession, type Session } from './explain/session.ts';
export { type Asked, unsentRules } from './explain/unsent-rules.ts';
export { type MetProxy, type ProxySource, type Start, walk } from './explain/walk.ts';
export { isGatewayName } from './mesh/caller.ts';
export { addressOfHost } from './mesh/resolve.ts';
