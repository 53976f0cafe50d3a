import type { KindCoverage } from './kind-coverage.ts';

const SERVER = ['bind', 'hosts', 'name', 'port'];
const TLS = [
  'mode',
  'httpsRedirect',
  'credentialName',
  'credentialNames',
  'serverCertificate',
  'privateKey',
  'caCertificates',
  'subjectAltNames',
  'minProtocolVersion',
  'maxProtocolVersion',
  'cipherSuites',
  'caCrl',
  'tlsCertificates',
  'caCertCredentialName',
  'verifyCertificateHash',
  'verifyCertificateSpki',
];

export const GATEWAY: KindCoverage = {
  effect: 'enforced',
  paths: ['selector', ...SERVER.map((name) => `servers[].${name}`), ...TLS.map((name) => `servers[].tls.${name}`)],
  gaps: [
    {
      path: 'servers[].tls.mode',
      when: (mode) => mode === 'ISTIO_MUTUAL',
      instead:
        'only a gateway that was started with a certificate of its own opens this server, since there is no certificate authority yet',
      security: true,
    },
    {
      path: 'servers[].tls.mode',
      when: (mode) => mode === 'AUTO_PASSTHROUGH',
      instead: 'passing on the TLS of other gateways is not supported, so the server is not opened',
      security: true,
    },
  ],
};
