/** The data plane: sockets in, sockets out, decided by engine's tables. Starts from an Envoy bootstrap. */
export type { AdsSource, Bootstrap, HostPort } from './bootstrap/bootstrap.ts';
export { decodeBootstrap } from './bootstrap/decode.ts';
export { concurrencyOf, readConcurrency } from './concurrency.ts';
export type { HotRestart } from './handover/hot-restart.ts';
export type { HandoverNote } from './handover/inheritance.ts';
export {
  announceReady,
  handoverOfProcess,
  type ProcessEnvironment,
  processRestart,
} from './handover/replace-process.ts';
export { loadOnDemandParts } from './on-demand.ts';
export type { BoundListener, Proxy, ProxyDeps, ProxyOptions, ProxySockets } from './run-proxy.ts';
export { runProxy } from './run-proxy.ts';
