/** The data plane: sockets in, sockets out, decided by engine's tables. Starts from an Envoy bootstrap. */
export type { AdsSource, Bootstrap, HostPort } from './bootstrap/bootstrap.ts';
export { decodeBootstrap } from './bootstrap/decode.ts';
export type { BoundListener, Proxy, ProxyDeps } from './run-proxy.ts';
export { runProxy } from './run-proxy.ts';
