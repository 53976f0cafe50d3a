import { SHARED_MESSAGES, type SupportedMessages } from '@weft/engine';

const TLS = 'envoy.extensions.transport_sockets.tls.v3';

/** What is understood of transport sockets and secrets; a set field that is not here is refused by name. */
export const TLS_MESSAGES: SupportedMessages = {
  ...SHARED_MESSAGES,
  [`${TLS}.DownstreamTlsContext`]: {
    read: [
      'common_tls_context',
      'require_client_certificate',
      'require_sni',
      'disable_stateless_session_resumption',
      'session_timeout',
      'ocsp_staple_policy',
    ],
    // Sessions live in tickets alone, so there is never state to resume from; every certificate is always looked at.
    harmless: ['disable_stateful_session_resumption', 'full_scan_certs_on_sni_mismatch'],
  },
  [`${TLS}.UpstreamTlsContext`]: {
    read: ['common_tls_context', 'sni', 'max_session_keys'],
    // OpenSSL checks that a certificate's key usage fits what it is used for.
    harmless: ['enforce_rsa_key_usage'],
  },
  [`${TLS}.CommonTlsContext`]: {
    read: [
      'tls_params',
      'tls_certificates',
      'tls_certificate_sds_secret_configs',
      'validation_context',
      'validation_context_sds_secret_config',
      'combined_validation_context',
      'alpn_protocols',
    ],
  },
  [`${TLS}.CommonTlsContext.CombinedCertificateValidationContext`]: {
    read: ['default_validation_context', 'validation_context_sds_secret_config'],
  },
  [`${TLS}.TlsParameters`]: {
    read: [
      'tls_minimum_protocol_version',
      'tls_maximum_protocol_version',
      'cipher_suites',
      'ecdh_curves',
      'signature_algorithms',
    ],
  },
  [`${TLS}.TlsCertificate`]: { read: ['certificate_chain', 'private_key', 'password', 'ocsp_staple'] },
  [`${TLS}.CertificateValidationContext`]: {
    read: [
      'trusted_ca',
      'system_root_certs',
      'verify_certificate_spki',
      'verify_certificate_hash',
      'match_typed_subject_alt_names',
      'crl',
      'trust_chain_verification',
    ],
  },
  [`${TLS}.CertificateValidationContext.SystemRootCerts`]: { read: [] },
  [`${TLS}.SubjectAltNameMatcher`]: { read: ['san_type', 'matcher'] },
  [`${TLS}.SdsSecretConfig`]: { read: ['name', 'sds_config'] },
  [`${TLS}.Secret`]: { read: ['name', 'tls_certificate', 'validation_context'] },
  'envoy.config.core.v3.ConfigSource': {
    read: ['ads'],
    harmless: ['resource_api_version', 'initial_fetch_timeout'],
  },
  'envoy.config.core.v3.AggregatedConfigSource': { read: [] },
  'envoy.config.core.v3.DataSource': { read: ['filename', 'inline_bytes', 'inline_string', 'environment_variable'] },
  'google.protobuf.Duration': { read: [] },
};
