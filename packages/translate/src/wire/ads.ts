import { create } from '@bufbuild/protobuf';
import { ApiVersion, type ConfigSource, ConfigSourceSchema } from '@weft/xds/gen/envoy/config/core/v3/config_source_pb';
import { duration } from './duration.ts';

/** "Ask for it on the stream this came by". Envoy would start without it after 15 s; 0 waits until it is there (SEMANTICS row 141). */
export function adsSource(): ConfigSource {
  return create(ConfigSourceSchema, {
    configSourceSpecifier: { case: 'ads', value: {} },
    initialFetchTimeout: duration(0),
    resourceApiVersion: ApiVersion.V3,
  });
}
