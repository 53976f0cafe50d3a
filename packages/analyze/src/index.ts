export { analyze, DEFAULT_ANALYZERS } from './analyze.ts';
export type { Analyzer, Subject, Tell } from './analyzer.ts';
export { ANALYZERS } from './analyzers/all.ts';
export { defaultGateway } from './default-gateway.ts';
export { meshNetworksOf, type NetworkEntry, parseMeshNetworks } from './mesh-networks.ts';
export { type Code, isCode, MESSAGES, type MessageArgs } from './messages.ts';
export { type AnalysisInput, Objects } from './objects.ts';
export { parseSuppression, type Suppression, withoutSuppressed } from './suppress.ts';
