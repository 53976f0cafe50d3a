import { X509Certificate } from 'node:crypto';
import type { Resource, SecretSpec } from '@weft/config';
import { selects } from '@weft/mesh';
import type { Analyzer, Tell } from '../analyzer.ts';
import type { Objects } from '../objects.ts';
import { parseReference } from '../references.ts';
import { formatLabels, labelPath } from '../selector.ts';

/** The keys of a certificate and its private key: a generic secret, or one of type kubernetes.io/tls. */
const PAIRS = [
  ['cert', 'key'],
  ['tls.crt', 'tls.key'],
] as const;

function textOf({ data, stringData }: SecretSpec, key: string): string {
  return stringData?.[key] ?? Buffer.from(data?.[key] ?? '', 'base64').toString('latin1');
}

/** Why a secret cannot be served; undefined when it can. */
function secretProblem(secret: SecretSpec, nowMs: number): string | undefined {
  const pair = PAIRS.find((keys) => keys.every((key) => textOf(secret, key) !== ''));
  if (pair === undefined) return 'neither cert and key nor tls.crt and tls.key are there';
  const pem = /-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/.exec(textOf(secret, pair[0]))?.[0];
  if (pem === undefined) return `${pair[0]} is not PEM`;
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (error) {
    // OpenSSL refuses what is no certificate; that is the very question.
    return `${pair[0]} is no X.509 certificate (${error instanceof Error ? error.message : String(error)})`;
  }
  if (nowMs > certificate.validToDate.getTime()) return `it expired on ${certificate.validTo}`;
  if (nowMs < certificate.validFromDate.getTime()) return `it is not valid before ${certificate.validFrom}`;
  return undefined;
}

function check(gateway: Resource<'Gateway'>, objects: Objects, tell: Tell): void {
  const { selector = {}, servers = [] } = gateway.spec;
  const pod = objects.of('Pod').find(({ metadata }) => selects(selector, metadata.labels));
  if (pod === undefined) {
    if (!objects.workloadsKnown) return;
    const args = { kind: 'workload with the labels', value: formatLabels(selector) };
    tell('IST0101', gateway, labelPath('spec.selector', selector), args);
    return;
  }
  for (const [i, { tls }] of servers.entries()) {
    const credential = tls?.credentialName ?? '';
    if (credential === '') continue;
    const { namespace, name } = parseReference(credential, pod.metadata.namespace);
    const secret = objects.find('Secret', namespace, name);
    const at = `spec.servers[${i}].tls.credentialName`;
    if (secret === undefined) {
      tell('IST0101', gateway, at, { kind: `secret in namespace ${namespace}`, value: name });
      continue;
    }
    const problem = secretProblem(secret.spec, objects.nowMs);
    if (problem !== undefined) tell('IST0161', gateway, at, { secret: name, namespace, problem });
  }
}

/** Certificates of gateways that are missing where the gateway's pods run, or cannot be served. */
export const gatewaySecrets: Analyzer = {
  name: 'gateway.SecretAnalyzer',
  codes: ['IST0101', 'IST0161'],
  analyze(objects, tell) {
    for (const gateway of objects.of('Gateway')) check(gateway, objects, tell);
  },
};
