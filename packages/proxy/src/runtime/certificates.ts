/** The certificates that the configuration in force names, for `/certs`. Read and parsed when asked; keys are not looked at. */
import type { X509Certificate } from 'node:crypto';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';
import { Issues } from '@weft/engine';
import type { Cluster } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { DataSource } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type { Listener } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import type {
  CertificateValidationContext,
  TlsCertificate,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb';
import type { Secret } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';
import {
  type CommonTlsContext,
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb';
import type { CertificateChainView, CertificateView, HeldConfig } from '../admin/admin-view.ts';
import { altNames } from '../tls/alt-names.ts';
import { type Environment, readDataSource } from '../tls/data-source.ts';
import { nodeCrypto } from '../tls/node-crypto.ts';

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** One entry for each certificate or trust bundle of secrets, and of TLS contexts that carry theirs themselves. */
export function certificatesOf(config: HeldConfig, environment: Environment): readonly CertificateChainView[] {
  const reader = new CertificateReader(environment);
  for (const { message } of config.secrets) reader.secret(message as Secret);
  for (const { message } of config.listeners) {
    const { filterChains, defaultFilterChain } = message as Listener;
    for (const chain of [...filterChains, ...(defaultFilterChain === undefined ? [] : [defaultFilterChain])])
      reader.transportSocket(chain.transportSocket?.configType.value);
  }
  for (const { message } of config.clusters) {
    const { transportSocket, transportSocketMatches } = message as Cluster;
    for (const socket of [transportSocket, ...transportSocketMatches.map((match) => match.transportSocket)])
      reader.transportSocket(socket?.configType.value);
  }
  return reader.chains;
}

class CertificateReader {
  readonly chains: CertificateChainView[] = [];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  secret({ type }: Secret): void {
    if (type.case === 'tlsCertificate') this.#identity(type.value);
    else if (type.case === 'validationContext') this.#validation(type.value);
  }

  transportSocket(any: Any | undefined): void {
    if (any === undefined) return;
    const context = anyUnpack(any, DownstreamTlsContextSchema) ?? anyUnpack(any, UpstreamTlsContextSchema);
    if (context?.commonTlsContext !== undefined) this.#context(context.commonTlsContext);
  }

  #context({ tlsCertificates, validationContextType: validation }: CommonTlsContext): void {
    for (const certificate of tlsCertificates) this.#identity(certificate);
    if (validation.case === 'validationContext') this.#validation(validation.value);
    else if (validation.case === 'combinedValidationContext')
      this.#validation(validation.value.defaultValidationContext);
  }

  #identity({ certificateChain }: TlsCertificate): void {
    const certChain = this.#read(certificateChain);
    if (certChain.length > 0) this.chains.push({ caCert: [], certChain });
  }

  #validation(context: CertificateValidationContext | undefined): void {
    const caCert = this.#read(context?.trustedCa);
    if (caCert.length > 0) this.chains.push({ caCert, certChain: [] });
  }

  /** A file that cannot be read now shows nothing; that it is in use was checked when it was configured. */
  #read(source: DataSource | undefined): readonly CertificateView[] {
    const pem = readDataSource(source, '', this.#environment, new Issues(''))?.toString('latin1') ?? '';
    const path = source?.specifier.case === 'filename' ? source.specifier.value : '<inline>';
    return (pem.match(PEM) ?? []).map((text) => view(new (nodeCrypto().X509Certificate)(text), path));
  }
}

function view(certificate: X509Certificate, path: string): CertificateView {
  return {
    path,
    serialNumber: certificate.serialNumber.toLowerCase(),
    subjectAltNames: altNames(certificate).map(({ value }) => value),
    validFromMs: Date.parse(certificate.validFrom),
    expirationMs: Date.parse(certificate.validTo),
  };
}
