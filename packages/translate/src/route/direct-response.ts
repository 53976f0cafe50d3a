import { create } from '@bufbuild/protobuf';
import type { HttpDirectResponse } from '@weft/config';
import {
  type DirectResponseAction,
  DirectResponseActionSchema,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';

/** `directResponse` → DirectResponseAction; `body.bytes` is base64 in the configuration. */
export function directResponse(response: HttpDirectResponse): DirectResponseAction {
  const { body } = response;
  return create(DirectResponseActionSchema, {
    status: response.status ?? 0,
    ...(body?.string !== undefined && { body: { specifier: { case: 'inlineString', value: body.string } } }),
    ...(body?.bytes !== undefined && {
      body: { specifier: { case: 'inlineBytes', value: Uint8Array.fromBase64(body.bytes) } },
    }),
  });
}
