import type { HttpMatchRequest } from '@weft/config';
import type { Origin as EngineOrigin } from '@weft/engine';
import {
  formatRef,
  type HttpRule,
  isSubsetOf,
  type Node,
  type Origin,
  type Snapshot,
  selects,
  type VirtualService,
} from '@weft/mesh';
import type { HopExplanation, RuleExplanation } from './explanation.ts';

/** A hop, and what was asked there. */
export interface Asked {
  readonly node: Node;
  /** Without its port. */
  readonly host: string;
  readonly port: number;
}

/**
 * Rules for the host that the proxy was never sent, and why: they are for other callers, gateways or ports, come after one that takes everything,
 * or belong to a VirtualService that lost the host to another one.
 */
export function unsentRules(snapshot: Snapshot, hop: HopExplanation, asked: Asked): readonly RuleExplanation[] {
  if (hop.side === 'inbound' || hop.routes === '') return [];
  const sent = new Set(
    [hop.rule, ...hop.lostRules].flatMap((rule) =>
      rule?.origin === undefined ? [] : [`${rule.origin.resource} ${rule.origin.path}`],
    ),
  );
  const names = namesOf(asked, snapshot.domain);
  return (
    snapshot.virtualServices
      // A rule for every host is worth a word only where it could have been meant.
      .filter(({ hosts, gateways }) =>
        hosts.some((host) => names.some((name) => isSubsetOf(name, host)) && (host !== '*' || isHere(gateways, hop))),
      )
      .flatMap((each) => unsentOf(each, sent, hop, asked))
  );
}

const AFTER_ALL = 'an earlier rule takes every request, so it was not sent to the proxy';

function isHere(gateways: readonly string[], { side }: HopExplanation): boolean {
  return side === 'gateway' ? gateways.some((name) => name !== 'mesh') : gateways.includes('mesh');
}

/** What a short name stands for, from the caller's namespace. */
function namesOf({ host, node }: Asked, domain: string): readonly string[] {
  const name = host.toLowerCase();
  return [name, `${name}.${node.namespace}.svc.${domain}`, `${name}.svc.${domain}`];
}

function unsentOf(
  virtualService: VirtualService,
  sent: ReadonlySet<string>,
  hop: HopExplanation,
  asked: Asked,
): readonly RuleExplanation[] {
  // Rules may come from other objects than the VirtualService: from routes of the Gateway API, or from delegates.
  const refs = [virtualService.origin, ...virtualService.http.map(({ origin }) => origin.ref)];
  const titles = [...new Set(refs.map((ref) => `${formatRef(ref)} `))];
  const known = [...sent].some((each) => titles.some((title) => each.startsWith(title)));
  const whole = known ? undefined : whyNotAtAll(virtualService, hop, asked);
  if (whole !== undefined) {
    const origin = engineOrigin({ ref: virtualService.origin, path: '' });
    return [{ name: `${virtualService.namespace}/${virtualService.name}`, asks: '', why: whole, origin }];
  }
  return virtualService.http.flatMap((rule, i) => unsentMatches(rule, i, sent, hop, asked));
}

/** Undefined when its rules have to be looked at one by one. */
function whyNotAtAll(virtualService: VirtualService, hop: HopExplanation, { node }: Asked): string | undefined {
  const { exportTo, gateways, namespace } = virtualService;
  const inMesh = gateways.includes('mesh');
  if (hop.side === 'outbound' && !inMesh)
    return `it is bound to ${gateways.join(', ')} and not to mesh, so calls inside do not follow it`;
  if (hop.side === 'gateway' && gateways.every((name) => name === 'mesh'))
    return 'it is bound to mesh only, so no gateway follows it';
  const seen = exportTo.has('*') || exportTo.has(node.namespace) || (exportTo.has('.') && namespace === node.namespace);
  if (!seen) return `exportTo does not include the namespace ${node.namespace} of the caller`;
  const winner = hop.virtualHost?.origin?.resource;
  if (winner === undefined || !winner.startsWith('VirtualService ')) return undefined;
  return `${winner} has the host: it is more specific, or older`;
}

function unsentMatches(
  { matches, origin, rule }: HttpRule,
  index: number,
  sent: ReadonlySet<string>,
  hop: HopExplanation,
  asked: Asked,
): readonly RuleExplanation[] {
  const all = matches.length === 0 ? [{ match: {}, origin }] : matches;
  return all.flatMap(({ match, origin: place }) => {
    const at = engineOrigin(place);
    if (sent.has(`${at.resource} ${at.path}`) || sent.has(`${at.resource} ${origin.path}`)) return [];
    const name = match.name ?? rule.name ?? `spec.http[${index}]`;
    return [{ name, asks: '', why: whyNotSent(match, hop, asked), origin: at }];
  });
}

function whyNotSent(match: HttpMatchRequest, hop: HopExplanation, { node, port }: Asked): string {
  const { gateways = [], port: wanted, sourceLabels = {}, sourceNamespace } = match;
  if (wanted !== undefined && wanted !== port) return `it wants port ${wanted}; the request goes to ${port}`;
  if (hop.side === 'outbound') {
    if (gateways.length > 0 && !gateways.includes('mesh'))
      return `it is for ${gateways.join(', ')} and not for calls inside`;
    // With gateways a match does not look at the source.
    if (gateways.length > 0) return AFTER_ALL;
    if (sourceNamespace && sourceNamespace !== node.namespace)
      return `it wants a caller in namespace ${sourceNamespace}; this one is in ${node.namespace}`;
    if (!selects(sourceLabels, node.labels)) {
      const labels = Object.entries(sourceLabels).find(([name, value]) => node.labels[name] !== value) ?? ['', ''];
      const [name, value] = labels;
      return `it wants a caller with the label ${name}=${value}; this one has ${node.labels[name] ?? 'none'}`;
    }
  } else if (gateways.length > 0) return `it is for ${gateways.join(', ')}, and not for this gateway`;
  return AFTER_ALL;
}

function engineOrigin({ ref, path }: Origin): EngineOrigin {
  const { file, line } = ref.positionOf(path);
  return { resource: formatRef(ref), path, file, line };
}
