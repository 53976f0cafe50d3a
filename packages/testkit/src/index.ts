/** The mesh in a test: `const mesh = await loadMesh('./config')`, then ask where requests go. No sockets, no processes. */
export { type Clock, FakeClock, type Issue, type Random, seededRandom, type Timer } from '@weft/base';
export { BytePipe, type PipeEnd } from './byte-pipe.ts';
export { CallError } from './explain/call.ts';
export type {
  ClusterExplanation,
  EndpointExplanation,
  Explanation,
  FilterExplanation,
  ForwardOutcome,
  HeaderChanges,
  HopExplanation,
  HostExplanation,
  ListenerExplanation,
  MirrorExplanation,
  Outcome,
  RedirectOutcome,
  RefusedOutcome,
  ReplyOutcome,
  RetryExplanation,
  RuleExplanation,
  TlsExplanation,
  Verdict,
} from './explain/explanation.ts';
export type { Answer, ReachedWorkload } from './mesh/answer.ts';
export type { Expected } from './mesh/assert-answer.ts';
export { type CallerLabels, describeCaller, type Interception } from './mesh/caller.ts';
export type { Distribution, DistributionRow, Share } from './mesh/distribution.ts';
export { InvalidConfigError, type LoadMeshOptions, loadMesh, type MeshSource, meshOf } from './mesh/load-mesh.ts';
export type { Mesh, MeshRequest } from './mesh/mesh.ts';
export type { TestWorkload } from './mesh/workloads.ts';
