import type { Resource } from '@weft/config';
import { type ObjectRef, refOf } from './object-ref.ts';

/** What a Secret holds for TLS, in the base64 of the Secret. Keys as Kubernetes (`tls.crt`) or older Istio (`cert`) name them. */
export interface TlsSecret {
  readonly origin: ObjectRef;
  readonly namespace: string;
  readonly name: string;
  readonly certificate: string | undefined;
  readonly privateKey: string | undefined;
  readonly caCertificate: string | undefined;
  readonly crl: string | undefined;
}

export function secretKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** pilot/pkg/credentials/kube: `tls.crt`/`tls.key`/`ca.crt`/`ca.crl`, else `cert`/`key`/`cacert`/`crl`. */
export function tlsSecret(resource: Resource<'Secret'>): TlsSecret {
  const { data = {}, stringData = {} } = resource.spec;
  const read = (...keys: readonly string[]): string | undefined => {
    for (const key of keys) {
      const text = stringData[key];
      if (text !== undefined) return toBase64(text);
      if (data[key] !== undefined) return data[key];
    }
    return undefined;
  };
  const { namespace, name } = resource.metadata;
  return {
    origin: refOf(resource),
    namespace,
    name,
    certificate: read('tls.crt', 'cert'),
    privateKey: read('tls.key', 'key'),
    caCertificate: read('ca.crt', 'cacert'),
    crl: read('ca.crl', 'crl'),
  };
}

function toBase64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}
