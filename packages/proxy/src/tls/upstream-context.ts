/** One UpstreamTlsContext. in: an endpoint and the server name wanted   out: how to shake hands with it */
import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';
import { fromBinary } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { checkFields, type Endpoint, type Issues } from '@weft/engine';
import { UpstreamTlsContextSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb';
import type { TransportSocketOptions } from '../upstream/transport-socket-options.ts';
import { checkPeer } from './check-peer.ts';
import { decodeCommonTls } from './common-tls.ts';
import { Rotating, refusal, secureContext } from './contexts.ts';
import type { Environment } from './data-source.ts';
import type { PeerValidation } from './peer-validation.ts';
import type { SecretStore } from './secret-store.ts';
import { TLS_MESSAGES } from './supported.ts';
import type { UpstreamTransport } from './upstream-handshake.ts';

export interface UpstreamContext {
  readonly secretNames: readonly string[];
  transport(endpoint: Endpoint, wanted: TransportSocketOptions): UpstreamTransport;
}

interface Settings {
  readonly sni: string;
  readonly alpn: readonly string[];
  readonly resumes: boolean;
  readonly sanValidation: boolean;
}

/** Contexts of one state of the secrets, and the sessions that were made with them. */
interface Current {
  readonly context: SecureContext;
  readonly validation: PeerValidation | undefined;
  readonly sessions: Map<string, Buffer>;
}

/** The session of the endpoint that was added first makes room. */
const MAX_SESSIONS = 1024;

export function decodeUpstreamContext(
  socket: Any,
  at: string,
  sanValidation: boolean,
  secrets: SecretStore,
  environment: Environment,
  issues: Issues,
): UpstreamContext {
  const where = `${at}.typed_config`;
  const message = fromBinary(UpstreamTlsContextSchema, socket.value);
  checkFields(UpstreamTlsContextSchema, message, where, TLS_MESSAGES, issues);
  const common = decodeCommonTls(message.commonTlsContext, `${where}.common_tls_context`, secrets, environment, issues);
  const settings = {
    sni: message.sni,
    alpn: common.alpn,
    resumes: message.maxSessionKeys !== 0,
    sanValidation,
  };
  if (issues.list.length === 0) {
    try {
      secureContext(common.params, [], undefined);
    } catch (error) {
      issues.error(`${where}.common_tls_context.tls_params`, 'invalid-value', refusal(error));
    }
  }
  const contexts = new Rotating(
    common,
    secrets,
    ({ identities, validation }): Current => ({
      context: secureContext(common.params, identities, validation),
      validation,
      sessions: new Map(),
    }),
  );
  return {
    secretNames: common.secretNames,
    transport(endpoint, wanted) {
      const current = contexts.get();
      if (!current.ok) return { kind: 'unavailable', cause: `TLS to ${endpoint.key} cannot start: ${current.cause}` };
      return handshake(settings, current.value, endpoint, wanted);
    },
  };
}

function handshake(
  settings: Settings,
  current: Current,
  endpoint: Endpoint,
  wanted: TransportSocketOptions,
): UpstreamTransport {
  const name = wanted.serverName === '' ? settings.sni : wanted.serverName;
  const alpn = wanted.alpn ?? (settings.alpn.length > 0 ? settings.alpn : wanted.fallbackAlpn);
  const { address } = endpoint;
  const expected = name === '' && address.kind === 'name' ? address.host : name;
  const demanded = settings.sanValidation && expected !== '' ? expected : undefined;
  const { context, validation, sessions } = current;
  const key = `${endpoint.key} ${name}`;
  const session = settings.resumes ? sessions.get(key) : undefined;
  return {
    kind: 'tls',
    handshake: {
      options: {
        secureContext: context,
        // Addresses are no server names (RFC 6066 §3).
        servername: isIP(name) === 0 ? name : '',
        ...(alpn.length > 0 && { ALPNProtocols: [...alpn] }),
        ...(session !== undefined && { session }),
        // Node's own checks would add rules that Envoy has not; `check` has the last word, before a byte is sent.
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
      },
      check(socket) {
        if (validation === undefined) return undefined;
        // Sessions are kept for peers that passed these very checks under this name; a resumed one brings no certificate.
        if (session !== undefined && socket.isSessionReused()) return undefined;
        const certificate = socket.getPeerX509Certificate();
        if (certificate === undefined) return 'it showed no certificate';
        return checkPeer(socket, certificate, validation, demanded)?.message;
      },
      onSession(next) {
        if (!settings.resumes) return;
        const oldest = sessions.size >= MAX_SESSIONS ? sessions.keys().next().value : undefined;
        if (oldest !== undefined) sessions.delete(oldest);
        sessions.set(key, next);
      },
    },
  };
}
