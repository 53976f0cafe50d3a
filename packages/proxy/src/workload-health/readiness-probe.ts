/** The probe of a WorkloadGroup as it comes in node metadata: `PROXY_CONFIG.readinessProbe`, Istio's ReadinessProbe in JSON. */
import { isObject, type JsonObject } from '../bootstrap/json-fields.ts';

export type ProbeMethod =
  | {
      readonly kind: 'http';
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly secure: boolean;
      /** Name, value, … */
      readonly headers: readonly string[];
    }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  | { readonly kind: 'grpc'; readonly host: string; readonly port: number; readonly service: string };

export interface ReadinessProbe {
  readonly method: ProbeMethod;
  readonly initialDelayMs: number;
  readonly timeoutMs: number;
  readonly periodMs: number;
  /** Results in a row that change the verdict. */
  readonly successes: number;
  readonly failures: number;
}

/** Defaults are those of Istio's agent (pkg/istio-agent/health, fillInDefaults). The reason instead when it is no probe. */
export function decodeReadinessProbe(value: unknown, defaultHost: string): ReadinessProbe | string {
  if (!isObject(value)) return 'it is not an object';
  const method = methodOf(value, defaultHost);
  if (typeof method === 'string') return method;
  return {
    method,
    initialDelayMs: numberIn(value, 'initialDelaySeconds', 0) * 1000,
    timeoutMs: numberIn(value, 'timeoutSeconds', 1) * 1000,
    periodMs: numberIn(value, 'periodSeconds', 10) * 1000,
    successes: numberIn(value, 'successThreshold', 1),
    failures: numberIn(value, 'failureThreshold', 1),
  };
}

function methodOf(probe: JsonObject, defaultHost: string): ProbeMethod | string {
  const { httpGet, tcpSocket, exec, grpc } = probe;
  if (isObject(exec)) {
    const command = Array.isArray(exec['command']) ? exec['command'].filter((word) => typeof word === 'string') : [];
    return command.length > 0 ? { kind: 'exec', command } : 'exec.command is empty';
  }
  const at = isObject(httpGet) ? httpGet : isObject(tcpSocket) ? tcpSocket : grpc;
  if (!isObject(at)) return 'it has none of httpGet, tcpSocket, exec and grpc';
  const port = numberIn(at, 'port', 0);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return `${String(at['port'])} is no port`;
  const host = textIn(at, 'host') || defaultHost;
  if (at === tcpSocket) return { kind: 'tcp', host, port };
  if (at === grpc) return { kind: 'grpc', host: defaultHost, port, service: textIn(at, 'service') };
  const headers = Array.isArray(at['httpHeaders']) ? at['httpHeaders'].filter(isObject) : [];
  return {
    kind: 'http',
    host,
    port,
    path: textIn(at, 'path') || '/',
    secure: textIn(at, 'scheme').toLowerCase() === 'https',
    headers: headers.flatMap((header) => [textIn(header, 'name'), textIn(header, 'value')]),
  };
}

function textIn(object: JsonObject, field: string): string {
  const value = object[field];
  return typeof value === 'string' ? value : '';
}

/** 0 means "not said", as in every proto3 number. */
function numberIn(object: JsonObject, field: string, or: number): number {
  const value = Number(object[field] ?? 0);
  return Number.isFinite(value) && value > 0 ? value : or;
}
