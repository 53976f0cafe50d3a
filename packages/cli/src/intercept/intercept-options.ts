/** What the command line and a pod's annotations say about interception → the rules. */
import { isIP } from 'node:net';
import { Failure } from '../command/failure.ts';
import type { InterceptRules } from './rules.ts';

/** Options by the name of Istio's annotation `traffic.sidecar.istio.io/<name>`. */
export const ANNOTATED = {
  includeInboundPorts: 'include-inbound-ports',
  excludeInboundPorts: 'exclude-inbound-ports',
  includeOutboundPorts: 'include-outbound-ports',
  excludeOutboundPorts: 'exclude-outbound-ports',
  includeOutboundIPRanges: 'include-outbound-ip-ranges',
  excludeOutboundIPRanges: 'exclude-outbound-ip-ranges',
} as const;
export type AnnotatedName = keyof typeof ANNOTATED;

export interface InterceptChoice {
  /** What the options say, as they are written; a key that is absent was not given. */
  readonly given: Partial<Record<AnnotatedName, string>>;
  /** `traffic.sidecar.istio.io/excludeOutboundPorts=3306` */
  readonly annotations: readonly string[];
  readonly proxyUid: string;
  readonly outboundPort: number;
  readonly inboundPort: number;
  readonly dnsPort: number | undefined;
  readonly ipv6: boolean;
}

const PREFIX = 'traffic.sidecar.istio.io/';
/** Metrics, readiness and the agent's port, which callers outside of the mesh ask (Istio's injection template). */
const PROXY_PORTS = [15_020, 15_021, 15_090];

/** Options win over annotations. Throws a usage Failure that names what cannot be read. */
export function rulesOf(choice: InterceptChoice): InterceptRules {
  const said = { ...annotated(choice.annotations), ...choice.given };
  const excludeInbound = portsIn(said, 'excludeInboundPorts', '');
  return {
    proxyUids: numbers('proxy-uid', choice.proxyUid, 4_294_967_294),
    outboundPort: choice.outboundPort,
    inboundPort: choice.inboundPort,
    includeInboundPorts: portsOrAll(said, 'includeInboundPorts', '*'),
    excludeInboundPorts: [...PROXY_PORTS, ...excludeInbound],
    includeOutboundPorts: portsOrAll(said, 'includeOutboundPorts', ''),
    excludeOutboundPorts: portsIn(said, 'excludeOutboundPorts', ''),
    includeOutboundRanges:
      (said.includeOutboundIPRanges ?? '*').trim() === '*' ? '*' : rangesIn(said, 'includeOutboundIPRanges'),
    excludeOutboundRanges: rangesIn(said, 'excludeOutboundIPRanges'),
    dnsPort: choice.dnsPort,
    ipv6: choice.ipv6,
  };
}

type Said = Partial<Record<AnnotatedName, string>>;

function annotated(annotations: readonly string[]): Said {
  const said: Said = {};
  for (const annotation of annotations) {
    const at = annotation.indexOf('=');
    const key = at < 0 ? annotation : annotation.slice(0, at);
    const name = Object.keys(ANNOTATED).find((known): known is AnnotatedName => key === `${PREFIX}${known}`);
    if (name === undefined || at < 0) {
      const known = Object.keys(ANNOTATED).map((each) => `${PREFIX}${each}=…`);
      throw new Failure(
        'usage',
        `--annotation "${annotation}" is not one that decides about interception`,
        known.join(', '),
      );
    }
    said[name] = annotation.slice(at + 1);
  }
  return said;
}

function words(text: string): readonly string[] {
  return text.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));
}

function numbers(option: string, text: string, max: number): readonly number[] {
  return words(text).map((word) => {
    if (/^\d{1,10}$/.test(word) && Number(word) <= max) return Number(word);
    throw new Failure('usage', `--${option} takes numbers up to ${max} with commas between them, not "${word}"`);
  });
}

function portsIn(said: Said, name: AnnotatedName, or: string): readonly number[] {
  return numbers(ANNOTATED[name], said[name] ?? or, 65_535);
}

function portsOrAll(said: Said, name: AnnotatedName, or: string): '*' | readonly number[] {
  return (said[name] ?? or).trim() === '*' ? '*' : portsIn(said, name, or);
}

function rangesIn(said: Said, name: AnnotatedName): readonly string[] {
  return words(said[name] ?? '').map((range) => {
    const [address = '', bits, ...more] = range.split('/');
    const family = isIP(address);
    const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
    if (family !== 0 && fits && more.length === 0) return range;
    throw new Failure('usage', `--${ANNOTATED[name]} takes CIDR blocks such as 10.0.0.0/8, not "${range}"`);
  });
}
