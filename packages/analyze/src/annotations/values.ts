import { isIP } from 'node:net';
import { decodeMeshConfig, parseDocuments } from '@weft/config';

type Check = (value: string) => string | undefined;

const PORT = /^\s*\d{1,5}\s*$/;
/** A Kubernetes quantity: `100m`, `1.5Gi`, `2e3`. */
const QUANTITY = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;
const BOOLEANS = new Set(['1', 't', 'T', 'true', 'TRUE', 'True', '0', 'f', 'F', 'false', 'FALSE', 'False']);
const INTERFACE = /^[a-zA-Z0-9._-]{1,15}$/;

function port(value: string): string | undefined {
  return PORT.test(value) && Number(value) <= 65_535 ? undefined : `${JSON.stringify(value)} is no port`;
}

function ports(value: string): string | undefined {
  if (value.trim() === '') return undefined;
  return firstProblem(value.split(','), port);
}

function cidr(value: string): string | undefined {
  const [address = '', length = '', more] = value.split('/');
  const version = isIP(address);
  const valid =
    version !== 0 && more === undefined && /^\d{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128);
  return valid ? undefined : `${JSON.stringify(value)} is no address range such as 10.0.0.0/8`;
}

function cidrs(value: string): string | undefined {
  return value === '' ? undefined : firstProblem(value.split(','), cidr);
}

function uint32(value: string): string | undefined {
  const valid = /^\d{1,10}$/.test(value) && Number(value) < 2 ** 32;
  return valid ? undefined : `${JSON.stringify(value)} is not a whole number of 32 bits`;
}

function boolean(value: string): string | undefined {
  return BOOLEANS.has(value) ? undefined : `${JSON.stringify(value)} is neither true nor false`;
}

function quantity(value: string): string | undefined {
  return QUANTITY.test(value) ? undefined : `${JSON.stringify(value)} is no quantity such as 100m or 128Mi`;
}

function interfaces(value: string): string | undefined {
  if (value === '') return undefined;
  return firstProblem(value.split(','), (name) =>
    INTERFACE.test(name.trim()) ? undefined : `${JSON.stringify(name.trim())} is no name of a network interface`,
  );
}

function interceptionMode(value: string): string | undefined {
  return ['REDIRECT', 'TPROXY', 'NONE'].includes(value) ? undefined : 'it must be REDIRECT, TPROXY or NONE';
}

function proxyConfig(value: string): string | undefined {
  const { documents, issues } = parseDocuments(value, '');
  if (issues[0] !== undefined) return issues[0].message;
  const problem = decodeMeshConfig(JSON.stringify({ defaultConfig: documents[0]?.raw ?? {} })).issues.find(
    ({ severity }) => severity === 'error',
  );
  return problem === undefined ? undefined : `${problem.at}: ${problem.message}`;
}

function firstProblem(values: readonly string[], check: Check): string | undefined {
  for (const value of values) {
    const problem = check(value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const orAll =
  (check: Check): Check =>
  (value) =>
    value === '*' ? undefined : check(value);

/** What the sidecar injector checks (https://istio.io/latest/docs/reference/config/annotations/). */
const CHECKS: Readonly<Record<string, Check>> = {
  'sidecar.istio.io/interceptionMode': interceptionMode,
  'status.sidecar.istio.io/port': port,
  'readiness.status.sidecar.istio.io/initialDelaySeconds': uint32,
  'readiness.status.sidecar.istio.io/periodSeconds': uint32,
  'readiness.status.sidecar.istio.io/failureThreshold': uint32,
  'traffic.sidecar.istio.io/includeOutboundIPRanges': orAll(cidrs),
  'traffic.sidecar.istio.io/excludeOutboundIPRanges': cidrs,
  'traffic.sidecar.istio.io/includeInboundPorts': orAll(ports),
  'traffic.sidecar.istio.io/excludeInboundPorts': ports,
  'traffic.sidecar.istio.io/excludeOutboundPorts': ports,
  'traffic.sidecar.istio.io/excludeInterfaces': interfaces,
  'traffic.sidecar.istio.io/kubevirtInterfaces': interfaces,
  'istio.io/reroute-virtual-interfaces': interfaces,
  'prometheus.istio.io/merge-metrics': boolean,
  'proxy.istio.io/config': proxyConfig,
  'sidecar.istio.io/proxyCPU': quantity,
  'sidecar.istio.io/proxyMemory': quantity,
  'sidecar.istio.io/proxyCPULimit': quantity,
  'sidecar.istio.io/proxyMemoryLimit': quantity,
};

/** What is wrong with the value of an annotation; undefined when nothing is, or nobody knows what it may be. */
export function annotationProblem(name: string, value: string): string | undefined {
  return CHECKS[name]?.(value);
}
