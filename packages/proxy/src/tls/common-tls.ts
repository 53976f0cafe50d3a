/** The half of a TLS context that both directions share: own certificates, demands on the peer, ALPN, parameters. */
import type { SecureContextOptions } from 'node:tls';
import type { Issues } from '@weft/engine';
import type { SdsSecretConfig } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';
import type { CommonTlsContext } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb';
import type { Environment } from './data-source.ts';
import { decodeIdentity, type Identity } from './identity.ts';
import { decodeValidation, mergeValidation, namesWithoutAuthority, type PeerValidation } from './peer-validation.ts';
import type { SecretStore } from './secret-store.ts';
import { decodeParams } from './tls-params.ts';

/** Certificates and demands as they are now, with what SDS brought; or the reason why there are none to work with. */
export type ResolvedTls =
  | { readonly ok: true; readonly identities: readonly Identity[]; readonly validation: PeerValidation | undefined }
  | { readonly ok: false; readonly cause: string };

export interface CommonTls {
  readonly params: SecureContextOptions;
  readonly alpn: readonly string[];
  /** SDS names in use. */
  readonly secretNames: readonly string[];
  resolve(): ResolvedTls;
}

/** A name in SDS, or a value from the configuration itself. */
type Held<T> = { readonly secret: string } | { readonly value: T };

export function decodeCommonTls(
  message: CommonTlsContext | undefined,
  at: string,
  secrets: SecretStore,
  environment: Environment,
  issues: Issues,
): CommonTls {
  const identities: readonly Held<Identity>[] = [
    ...(message?.tlsCertificates ?? []).flatMap((certificate, i) => {
      const value = decodeIdentity(certificate, `${at}.tls_certificates[${i}]`, environment, issues);
      return value === undefined ? [] : [{ value }];
    }),
    ...(message?.tlsCertificateSdsSecretConfigs ?? []).map((config, i) =>
      secretOf(config, `${at}.tls_certificate_sds_secret_configs[${i}]`, secrets, issues),
    ),
  ];
  const validations = validationsOf(message, at, secrets, environment, issues);
  const secretNames = [...identities, ...validations].flatMap((held) => ('secret' in held ? [held.secret] : []));
  return {
    params: decodeParams(message?.tlsParams, `${at}.tls_params`, issues),
    alpn: message?.alpnProtocols ?? [],
    secretNames: [...new Set(secretNames)],
    resolve: () => resolve(identities, validations, secrets),
  };
}

/** The demands on the peer: none, one, or two that are merged in this order. */
function validationsOf(
  message: CommonTlsContext | undefined,
  at: string,
  secrets: SecretStore,
  environment: Environment,
  issues: Issues,
): readonly Held<PeerValidation>[] {
  const type = message?.validationContextType;
  switch (type?.case) {
    case 'validationContext': {
      const value = decodeValidation(type.value, `${at}.validation_context`, environment, issues);
      if (namesWithoutAuthority(value))
        issues.error(`${at}.validation_context`, 'missing-field', NAMES_WITHOUT_AUTHORITY);
      return [{ value }];
    }
    case 'validationContextSdsSecretConfig':
      return [secretOf(type.value, `${at}.validation_context_sds_secret_config`, secrets, issues)];
    case 'combinedValidationContext': {
      const where = `${at}.combined_validation_context`;
      const { defaultValidationContext: own, validationContextSdsSecretConfig: sds } = type.value;
      if (own === undefined || sds === undefined) {
        issues.error(
          where,
          'missing-field',
          'needs both its parts',
          'default_validation_context and validation_context_sds_secret_config',
        );
        return [];
      }
      const value = decodeValidation(own, `${where}.default_validation_context`, environment, issues);
      return [{ value }, secretOf(sds, `${where}.validation_context_sds_secret_config`, secrets, issues)];
    }
    default:
      return [];
  }
}

const NAMES_WITHOUT_AUTHORITY = 'checks names without trusted_ca: nobody vouches for the names in such a certificate';

function secretOf(
  config: SdsSecretConfig,
  at: string,
  secrets: SecretStore,
  issues: Issues,
): { readonly secret: string } {
  if (config.name === '') issues.error(`${at}.name`, 'missing-field', 'is empty', 'the name of a secret');
  if (config.sdsConfig === undefined && secrets.get(config.name) === undefined) {
    issues.error(
      at,
      'unknown-secret',
      `no secret \`${config.name}\` is among the static resources`,
      'sds_config with ads, or a static secret',
    );
  }
  return { secret: config.name };
}

function resolve(
  identities: readonly Held<Identity>[],
  validations: readonly Held<PeerValidation>[],
  secrets: SecretStore,
): ResolvedTls {
  const own: Identity[] = [];
  for (const held of identities) {
    if ('value' in held) own.push(held.value);
    else {
      const secret = secrets.get(held.secret);
      if (secret?.kind === 'identity') own.push(secret.identity);
      // One missing certificate of several does not keep the others from being used.
      else if (identities.length === 1)
        return { ok: false, cause: missing(held.secret, 'certificate', secret !== undefined) };
    }
  }
  if (identities.length > 0 && own.length === 0) {
    return { ok: false, cause: 'none of its certificates has arrived from the control plane (SDS)' };
  }
  let validation: PeerValidation | undefined;
  for (const held of validations) {
    const part = 'value' in held ? held.value : secretValidation(held.secret, secrets);
    if (part === undefined) {
      const name = 'secret' in held ? held.secret : '';
      return { ok: false, cause: missing(name, 'validation context', secrets.get(name) !== undefined) };
    }
    validation = validation === undefined ? part : mergeValidation(validation, part);
  }
  if (validation !== undefined && namesWithoutAuthority(validation))
    return { ok: false, cause: NAMES_WITHOUT_AUTHORITY };
  return { ok: true, identities: own, validation };
}

function secretValidation(name: string, secrets: SecretStore): PeerValidation | undefined {
  const secret = secrets.get(name);
  return secret?.kind === 'validation' ? secret.validation : undefined;
}

function missing(name: string, what: string, other: boolean): string {
  return other ? `secret \`${name}\` is no ${what}` : `secret \`${name}\` has not arrived from the control plane (SDS)`;
}
