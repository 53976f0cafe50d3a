import {
  type FrontendTlsConfig,
  type GatewayListener,
  type GatewayTls,
  isCipherSuite,
  type ListenerTls,
  type SecretReference,
  type ServerTlsSettings,
} from '@weft/config';
import { tlsSecret } from '../secret.ts';
import { gatewayApiReferent } from './grants.ts';
import type { Lookup } from './inputs.ts';
import { joinProblems, type Problem } from './problem.ts';

/** The Gateway or ListenerSet that a listener belongs to. */
export interface ListenerOwner {
  readonly kind: 'Gateway' | 'ListenerSet';
  readonly namespace: string;
  readonly name: string;
}

/** The TLS settings of a listener, as far as they can be made, and what is wrong with them. */
export interface BuiltTls {
  readonly tls: ServerTlsSettings | undefined;
  readonly problem: Problem | undefined;
}

const MODE_OPTION = 'gateway.istio.io/tls-terminate-mode';
const CIPHERS_OPTION = 'gateway.istio.io/tls-cipher-suites';
const PROTOCOL_OPTION = 'gateway.istio.io/listener-protocol';
const MAX_CERTIFICATES = 2;
const NETWORK_LABEL = 'topology.istio.io/network';
const LISTENER_PORT_LABEL = 'networking.istio.io/gatewayPort';
const AUTO_PASSTHROUGH_PORT = '15443';

type Draft = { -readonly [K in keyof ServerTlsSettings]: ServerTlsSettings[K] };

/** `tls` of a listener → ServerTLSSettings (conversion.go, buildTLS). */
export function listenerTls(
  tls: ListenerTls | undefined,
  frontend: FrontendTlsConfig | undefined,
  owner: ListenerOwner,
  autoPassthrough: boolean,
  lookup: Lookup,
): BuiltTls {
  if (tls === undefined) return { tls: undefined, problem: undefined };
  const wanted = tls.options?.[CIPHERS_OPTION]?.split(',').map((each) => each.trim()) ?? [];
  // Options are of no schema: what is no cipher suite has no effect.
  const ciphers = [...new Set(wanted.filter((each) => each !== '' && isCipherSuite(each)))];
  const draft: Draft = { ...(ciphers.length > 0 && { cipherSuites: ciphers }) };
  if (tls.mode === 'Passthrough') {
    draft.mode = autoPassthrough ? 'AUTO_PASSTHROUGH' : 'PASSTHROUGH';
    return { tls: draft, problem: undefined };
  }
  return terminate(draft, tls, frontend, owner, lookup);
}

/** Listeners of a Gateway with a network that pass on the TLS of other clusters (pilot/pkg/serviceregistry/kube, IsAutoPassthrough). */
export function isAutoPassthrough(
  labels: Readonly<Record<string, string>>,
  { port, tls }: Pick<GatewayListener, 'port' | 'tls'>,
): boolean {
  if (tls?.options?.[PROTOCOL_OPTION] === 'auto-passthrough') return true;
  return labels[NETWORK_LABEL] !== undefined && String(port) === (labels[LISTENER_PORT_LABEL] ?? AUTO_PASSTHROUGH_PORT);
}

/** What a Gateway says about the clients of a port. */
export function frontendOf(tls: GatewayTls | undefined, port: number | undefined): FrontendTlsConfig | undefined {
  const own = tls?.frontend?.perPort?.find((each) => each.port === port);
  return own === undefined ? tls?.frontend?.default : own.tls;
}

function terminate(
  draft: Draft,
  { certificateRefs = [], options = {} }: ListenerTls,
  frontend: FrontendTlsConfig | undefined,
  owner: ListenerOwner,
  lookup: Lookup,
): BuiltTls {
  const said = options[MODE_OPTION];
  if (said === 'ISTIO_MUTUAL') return { tls: { ...draft, mode: said }, problem: undefined };
  draft.mode = said === 'MUTUAL' || said === 'OPTIONAL_MUTUAL' ? said : 'SIMPLE';
  if (said === 'ISTIO_SIMPLE') return { tls: { ...draft, credentialName: 'builtin://' }, problem: undefined };
  if (certificateRefs.length > MAX_CERTIFICATES) {
    return { tls: draft, problem: badCertificate(`a listener has ${MAX_CERTIFICATES} certificates at most`) };
  }
  const found = certificateRefs.map((ref) => credentialOf(ref, owner, lookup));
  const names = found.flatMap(({ name }) => name ?? []);
  const [first, second] = names;
  if (first === undefined) {
    const problem = found.reduce<Problem | undefined>((all, each) => joinProblems(all, each.problem), undefined);
    return { tls: draft, problem };
  }
  if (second === undefined) draft.credentialName = first;
  else draft.credentialNames = names;
  return verifyClients(draft, frontend, said, owner, lookup);
}

function badCertificate(message: string): Problem {
  return { reason: 'InvalidCertificateRef', message };
}

interface Credential {
  readonly name?: string;
  readonly problem?: Problem;
}

/** What keeps a Secret from being used as a certificate. */
export function credentialProblem(ref: SecretReference, owner: ListenerOwner, lookup: Lookup): Problem | undefined {
  return credentialOf(ref, owner, lookup).problem;
}

/** Whether it may be used is asked before whether it is there, so that a status tells nothing about other namespaces. */
function credentialOf(ref: SecretReference, owner: ListenerOwner, lookup: Lookup): Credential {
  const { group = '', kind = 'Secret', name = '' } = ref;
  const namespace = ref.namespace ?? owner.namespace;
  const from = gatewayApiReferent(owner.kind, owner.namespace);
  if (!lookup.grants.allows(from, { group: '', kind: 'Secret', namespace }, name)) {
    return {
      problem: {
        reason: 'RefNotPermitted',
        message: `no ReferenceGrant in namespace ${namespace} lets a ${owner.kind} of namespace ${owner.namespace} use Secret ${name}`,
      },
    };
  }
  if (group !== '' || kind !== 'Secret') return { problem: badCertificate(`${kind} ${name} is not a Secret`) };
  const secret = lookup.secrets.get(`${namespace}/${name}`);
  if (secret === undefined) return { problem: badCertificate(`there is no Secret ${namespace}/${name}`) };
  const { certificate, privateKey } = tlsSecret(secret);
  if (!holdsPem(certificate, 'CERTIFICATE') || !holdsPem(privateKey, 'PRIVATE KEY')) {
    return { problem: badCertificate(`Secret ${namespace}/${name} holds no certificate with its key in PEM`) };
  }
  return { name: `kubernetes-gateway://${namespace}/${name}` };
}

/** Whether base64 text is a PEM block of a kind (RFC 7468). */
function holdsPem(base64: string | undefined, label: string): boolean {
  return base64 !== undefined && isPem(decode(base64), label);
}

function decode(base64: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(base64));
  } catch {
    return '';
  }
}

function isPem(text: string, label: string): boolean {
  return new RegExp(`-----BEGIN (?:[A-Z0-9]+ )*${label}-----\\s[^-]*-----END (?:[A-Z0-9]+ )*${label}-----`).test(text);
}

function verifyClients(
  draft: Draft,
  frontend: FrontendTlsConfig | undefined,
  said: string | undefined,
  owner: ListenerOwner,
  lookup: Lookup,
): BuiltTls {
  const { caCertificateRefs = [], mode } = frontend?.validation ?? {};
  const [ref, second] = caCertificateRefs;
  if (ref === undefined) return { tls: draft, problem: undefined };
  if (second !== undefined) return { tls: draft, problem: badAuthority('only one caCertificateRef is supported') };
  const authority = authorityOf(ref, owner, lookup);
  if (authority.name === undefined) return { tls: draft, problem: authority.problem };
  const insecure = mode === 'AllowInsecureFallback' && said !== 'MUTUAL' && said !== 'OPTIONAL_MUTUAL';
  return {
    tls: {
      ...draft,
      mode: said === 'MUTUAL' || said === 'OPTIONAL_MUTUAL' ? said : insecure ? 'OPTIONAL_MUTUAL' : 'MUTUAL',
      insecureSkipVerify: insecure,
      caCertCredentialName: authority.name,
    },
    problem: undefined,
  };
}

function badAuthority(message: string): Problem {
  return { reason: 'InvalidCACertificateRef', message };
}

function authorityOf(ref: SecretReference, owner: ListenerOwner, lookup: Lookup): Credential {
  const { group = '', kind = '', name = '' } = ref;
  const namespace = ref.namespace ?? owner.namespace;
  const to = { group, kind: kind === 'Secret' ? kind : 'ConfigMap', namespace };
  if (!lookup.grants.allows(gatewayApiReferent(owner.kind, owner.namespace), to, name)) {
    const message = `no ReferenceGrant in namespace ${namespace} lets a ${owner.kind} of namespace ${owner.namespace} use ${kind} ${name}`;
    return { problem: { reason: 'RefNotPermitted', message } };
  }
  if (group !== '' || (kind !== 'Secret' && kind !== 'ConfigMap')) {
    const message = `${kind} ${name} is neither a Secret nor a ConfigMap`;
    return { problem: { reason: 'InvalidCACertificateKind', message } };
  }
  const pem = authorityText(kind, `${namespace}/${name}`, lookup);
  if (pem === undefined) return { problem: badAuthority(`there is no ${kind} ${namespace}/${name}`) };
  if (!isPem(pem, 'CERTIFICATE')) {
    return { problem: badAuthority(`${kind} ${namespace}/${name} holds no certificate in PEM as ca.crt`) };
  }
  const scheme = kind === 'Secret' ? 'kubernetes-gateway' : 'configmap';
  return { name: `${scheme}://${namespace}/${name}-cacert` };
}

function authorityText(kind: 'Secret' | 'ConfigMap', key: string, lookup: Lookup): string | undefined {
  if (kind === 'ConfigMap') {
    const map = lookup.configMaps.get(key);
    return map === undefined ? undefined : (map.spec.data?.['ca.crt'] ?? '');
  }
  const secret = lookup.secrets.get(key);
  return secret === undefined ? undefined : decode(tlsSecret(secret).caCertificate ?? '');
}
