import { create } from '@bufbuild/protobuf';
import type { Issue } from '@weft/base';
import type { MeshProxy, Snapshot, TlsSecret } from '@weft/mesh';
import { formatRef } from '@weft/mesh';
import { type Secret, SecretSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';
import { secretResource } from '../secret/secret-name.ts';
import { authoritySecret, credentialNames, verifiesClients } from './downstream-tls.ts';
import { isPassthrough, type MergedPort, type MergedServer } from './merge.ts';

const AUTHORITY_SUFFIX = '-cacert';

/**
 * The SDS secrets that the servers of a gateway name, and no others of its namespace. Istio looks in the namespace of the proxy
 * (pkg/model/credentials); a name that no Secret has is reported, and the listener waits for it.
 */
export function gatewaySecrets(
  ports: readonly MergedPort[],
  snapshot: Snapshot,
  proxy: MeshProxy,
  issues: Issue[],
): ReadonlyMap<string, Secret> {
  const secrets = new Map<string, Secret>();
  for (const server of ports.flatMap((port) => port.servers)) {
    const { tls } = server.server;
    if (tls === undefined || isPassthrough(server)) continue;
    const wanted = credentialNames(tls).map(secretResource);
    const authority = verifiesClients(tls) ? authoritySecret(tls) : undefined;
    for (const name of authority === undefined ? wanted : [...wanted, authority]) {
      if (secrets.has(name)) continue;
      const secret = secretOf(name, name === authority, snapshot, proxy);
      if (secret === undefined) issues.push(missingSecret(server, name, proxy));
      else secrets.set(name, secret);
    }
  }
  return secrets;
}

function secretOf(name: string, isAuthority: boolean, snapshot: Snapshot, proxy: MeshProxy): Secret | undefined {
  const path = name.slice(name.indexOf('://') + 3);
  const slash = path.indexOf('/');
  const namespace = slash < 0 ? proxy.node.namespace : path.slice(0, slash);
  const bare = path.slice(slash + 1);
  const own = snapshot.secret(namespace, bare);
  if (isAuthority && bare.endsWith(AUTHORITY_SUFFIX)) {
    // `<name>-cacert` is a Secret of that name, else the authority inside Secret `<name>`.
    const held =
      own?.caCertificate === undefined ? snapshot.secret(namespace, bare.slice(0, -AUTHORITY_SUFFIX.length)) : own;
    return held === undefined ? undefined : authorityOf(name, held);
  }
  if (own === undefined) return undefined;
  return isAuthority ? authorityOf(name, own) : certificateOf(name, own);
}

function authorityOf(name: string, secret: TlsSecret): Secret | undefined {
  if (secret.caCertificate === undefined) return undefined;
  return create(SecretSchema, {
    name,
    type: {
      case: 'validationContext',
      value: {
        trustedCa: { specifier: { case: 'inlineBytes', value: Uint8Array.fromBase64(secret.caCertificate) } },
        ...(secret.crl !== undefined && {
          crl: { specifier: { case: 'inlineBytes', value: Uint8Array.fromBase64(secret.crl) } },
        }),
      },
    },
  });
}

function certificateOf(name: string, secret: TlsSecret): Secret | undefined {
  if (secret.certificate === undefined || secret.privateKey === undefined) return undefined;
  return create(SecretSchema, {
    name,
    type: {
      case: 'tlsCertificate',
      value: {
        certificateChain: { specifier: { case: 'inlineBytes', value: Uint8Array.fromBase64(secret.certificate) } },
        privateKey: { specifier: { case: 'inlineBytes', value: Uint8Array.fromBase64(secret.privateKey) } },
      },
    },
  });
}

function missingSecret(server: MergedServer, name: string, proxy: MeshProxy): Issue {
  const at = `${server.origin.path}.tls.credentialName`;
  return {
    severity: 'warning',
    code: 'missing-secret',
    at,
    message: `no Secret in namespace ${proxy.node.namespace} holds what ${name} stands for, so the port does not answer`,
    expected: 'a Secret with tls.crt and tls.key (and ca.crt for MUTUAL) in the namespace of the gateway workload',
    resource: formatRef(server.gateway.origin),
    position: server.origin.ref.positionOf(at),
  };
}
