/** The listener filter `proxy_protocol`: which PROXY headers are taken, and whether a connection may come without one. */
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { checkFields, type Issues, type Listener, portMatches } from '@weft/engine';
import { ProxyProtocolConfig_Version as Version } from '@weft/xds/gen/envoy/config/core/v3/proxy_protocol_pb';
import { ProxyProtocolSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb';
import type { ProxyHeaderVerdict } from './proxy-header.ts';

export const PROXY_PROTOCOL: string = 'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol';

export interface ProxyProtocolOptions {
  /** False where `filter_disabled` names the port. */
  appliesTo(port: number): boolean;
  /** Why a connection that begins like this is closed; undefined when it goes on. */
  refuses(verdict: ProxyHeaderVerdict): string | undefined;
}

const MESSAGES = {
  [PROXY_PROTOCOL]: {
    read: ['allow_requests_without_proxy_protocol', 'disallowed_versions'],
    harmless: ['stat_prefix'],
  },
};

/** Undefined when the listener has no such filter. */
export function decodeProxyProtocol(listener: Listener, issues: Issues): ProxyProtocolOptions | undefined {
  const index = listener.listenerFilters.findIndex(({ typedConfig }) =>
    typedConfig.typeUrl.endsWith(`/${PROXY_PROTOCOL}`),
  );
  const filter = listener.listenerFilters[index];
  const message = filter === undefined ? undefined : anyUnpack(filter.typedConfig, ProxyProtocolSchema);
  if (filter === undefined || message === undefined) return undefined;
  checkFields(ProxyProtocolSchema, message, `listener_filters[${index}].typed_config`, MESSAGES, issues);
  const refused = new Set(message.disallowedVersions.map((version) => (version === Version.V1 ? 1 : 2)));
  return {
    appliesTo: (port) => !portMatches(filter.disabledPorts, port),
    refuses(verdict) {
      if (verdict === 'absent') {
        return message.allowRequestsWithoutProxyProtocol ? undefined : 'it does not begin with a PROXY header';
      }
      if (verdict === 'invalid') return 'its PROXY header is broken';
      return refused.has(verdict.version)
        ? `PROXY headers of version ${verdict.version} are not taken here`
        : undefined;
    },
  };
}
