import { headerValue, removeHeader, setHeader } from '@weft/http';
import type { TlsInfo } from '../stream/downstream.ts';
import type { Exchange } from '../stream/exchange.ts';
import type { ClientCertPolicy } from './options.ts';

const NAME = 'x-forwarded-client-cert';

/** One element of the header: `By=…;Hash=…;Cert="…";Subject="…";URI=…;DNS=…` (Envoy, "x-forwarded-client-cert"). */
function element(tls: TlsInfo, policy: ClientCertPolicy): string {
  const parts: string[] = [];
  if (tls.localUriSan !== '') parts.push(`By=${tls.localUriSan}`);
  if (tls.peerFingerprint !== '') parts.push(`Hash=${tls.peerFingerprint}`);
  if (policy.cert) parts.push(`Cert="${encodeURIComponent(tls.peerCertificatePem)}"`);
  if (policy.subject) parts.push(`Subject="${tls.peerSubject.replaceAll('"', '\\"')}"`);
  if (policy.uri) for (const uri of tls.peerUriSans) parts.push(`URI=${uri}`);
  if (policy.dns) for (const dns of tls.peerDnsSans) parts.push(`DNS=${dns}`);
  return parts.join(';');
}

/** @hot Applies `forward_client_cert_details`. A client without a certificate must not be able to claim one. */
export function applyClientCert(exchange: Exchange): void {
  const policy = exchange.manager.options.clientCert;
  const { headers } = exchange.request;
  if (policy.mode === 'always-forward-only') return;
  const { tls } = exchange.downstream.connection;
  const verified = tls !== undefined && tls.peerFingerprint !== '';
  if (policy.mode === 'sanitize' || !verified) {
    removeHeader(headers, NAME);
    return;
  }
  if (policy.mode === 'forward-only') return;
  const own = element(tls, policy);
  const before = policy.mode === 'append-forward' ? headerValue(headers, NAME) : undefined;
  setHeader(headers, NAME, before === undefined ? own : `${before},${own}`);
}
