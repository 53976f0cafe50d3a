import type { GatewayListener, GatewayServer, KubernetesGatewaySpec, RouteGroupKind } from '@weft/config';
import { accepted, type Condition, condition, programmed, resolvedRefs } from './conditions.ts';
import type { Lookup } from './inputs.ts';
import { frontendOf, isAutoPassthrough, type ListenerOwner, listenerTls } from './listener-tls.ts';
import { GATEWAY_GROUP } from './names.ts';
import { listenerHosts } from './namespaces.ts';
import type { Problem } from './problem.ts';

/** What became of one listener. */
export interface BuiltListener {
  /** Undefined when nothing could listen. */
  readonly server: GatewayServer | undefined;
  /** False: it is not put in force, though routes may attach to it. */
  readonly valid: boolean;
  readonly conditions: readonly Condition[];
  readonly kinds: readonly string[];
}

const PROTOCOLS: ReadonlySet<string> = new Set(['HTTP', 'HTTPS', 'TLS', 'TCP']);

/** The route kinds that may attach to a listener, and whether it names others that may not. */
export function routeKinds({ protocol, tls, allowedRoutes }: GatewayListener): {
  readonly kinds: readonly string[];
  readonly allKnown: boolean;
} {
  let supported: readonly string[] = [];
  if (protocol === 'HTTP' || protocol === 'HTTPS') supported = ['HTTPRoute', 'GRPCRoute'];
  else if (protocol === 'TCP') supported = ['TCPRoute'];
  else if (protocol === 'TLS') supported = tls?.mode === 'Terminate' ? ['TLSRoute', 'TCPRoute'] : ['TLSRoute'];
  const wanted = allowedRoutes?.kinds ?? [];
  if (wanted.length === 0) return { kinds: supported, allKnown: true };
  const named = (kind: string, each: RouteGroupKind): boolean =>
    each.kind === kind && (each.group ?? GATEWAY_GROUP) === GATEWAY_GROUP;
  const kinds = supported.filter((kind) => wanted.some((each) => named(kind, each)));
  return { kinds, allKnown: kinds.length === wanted.length };
}

/** One listener → one server of a Gateway with its conditions (conversion.go, buildListener). */
export function buildListener(
  listener: GatewayListener,
  gateway: KubernetesGatewaySpec,
  owner: ListenerOwner & { readonly labels: Readonly<Record<string, string>> },
  lookup: Lookup,
): BuiltListener {
  const { protocol = '', port, hostname, allowedRoutes } = listener;
  const auto = isAutoPassthrough(owner.labels, listener);
  const frontend = frontendOf(gateway.tls, port);
  const { tls, problem: badTls } = listenerTls(listener.tls, frontend, owner, auto, lookup);
  const lacksTls = tls === undefined && (protocol === 'HTTPS' || protocol === 'TLS');
  const problems = problemsOf(listener, badTls, lacksTls && owner.kind === 'ListenerSet');
  const server: GatewayServer = {
    port: { name: 'default', ...(port !== undefined && { number: port }), protocol },
    hosts: listenerHosts(hostname, allowedRoutes?.namespaces, owner.namespace, lookup),
    ...(tls && { tls }),
  };
  const { kinds, allKnown } = routeKinds(listener);
  const unknownKinds = { reason: 'InvalidRouteKinds', message: 'it allows kinds of routes that it cannot take' };
  return {
    server: lacksTls ? undefined : server,
    valid: problems.accepted === undefined && problems.programmed === undefined,
    conditions: [
      accepted(problems.accepted),
      { type: 'Conflicted', status: 'False', reason: 'NoConflicts', message: 'no other listener has the same place' },
      programmed('sent to its proxies', problems.programmed),
      resolvedRefs(allKnown ? badTls : unknownKinds),
    ],
    kinds,
  };
}

function problemsOf(
  { protocol = '', port }: GatewayListener,
  badTls: Problem | undefined,
  lacksTls: boolean,
): { readonly accepted: Problem | undefined; readonly programmed: Problem | undefined } {
  const unsupported = (message: string): Problem => ({ reason: 'UnsupportedProtocol', message });
  let refused: Problem | undefined;
  if (badTls?.reason.includes('CACertificate') === true || badTls?.reason === 'RefNotPermitted') {
    refused = { reason: 'NoValidCACertificate', message: badTls.message };
  }
  if (port === undefined) refused = unsupported(`protocol ${protocol} needs a port`);
  if (!PROTOCOLS.has(protocol)) {
    const upper = protocol.toUpperCase();
    const hint = PROTOCOLS.has(upper) ? `: write ${upper}` : '';
    refused = unsupported(`protocol ${protocol} is not supported${hint}`);
  }
  if (lacksTls) refused = unsupported(`protocol ${protocol} needs a tls section`);
  const broken = badTls !== undefined || lacksTls;
  return {
    accepted: refused,
    programmed: broken ? { reason: 'Invalid', message: 'its TLS settings cannot be used' } : undefined,
  };
}

/** The conditions of a listener whose place another one has. */
export function conflicted(reason: string): readonly Condition[] {
  const message = 'another listener of the Gateway has the same port and hostname, or the port with another protocol';
  const problem = { reason, message };
  return [accepted(problem), condition('Conflicted', problem, undefined), programmed('', problem)];
}
