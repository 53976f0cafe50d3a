import { create } from '@bufbuild/protobuf';
import type { HttpRedirect } from '@weft/config';
import {
  RedirectAction_RedirectResponseCode as Code,
  type RedirectAction,
  RedirectActionSchema,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';

const CODES: Readonly<Record<number, Code>> = {
  301: Code.MOVED_PERMANENTLY,
  302: Code.FOUND,
  303: Code.SEE_OTHER,
  307: Code.TEMPORARY_REDIRECT,
  308: Code.PERMANENT_REDIRECT,
};

/** `redirect` → RedirectAction; `listenPort` stands for "the port of the request" (route.go, ApplyRedirect). */
export function redirectAction(redirect: HttpRedirect, listenPort: number, isTls: boolean): RedirectAction {
  const scheme = redirect.scheme || (isTls ? 'https' : 'http');
  return create(RedirectActionSchema, {
    hostRedirect: redirect.authority ?? '',
    pathRewriteSpecifier: redirect.prefixRewrite
      ? { case: 'prefixRewrite', value: redirect.prefixRewrite }
      : { case: 'pathRedirect', value: redirect.uri ?? '' },
    ...(redirect.scheme && { schemeRewriteSpecifier: { case: 'schemeRedirect', value: redirect.scheme } }),
    portRedirect: portOf(redirect, listenPort, scheme),
    responseCode: CODES[redirect.redirectCode || 301] ?? Code.MOVED_PERMANENTLY,
  });
}

/** 0 is "no port": also for a scheme's own port, which is never written out. */
function portOf(redirect: HttpRedirect, listenPort: number, scheme: string): number {
  const port = redirect.port ?? (redirect.derivePort === 'FROM_REQUEST_PORT' ? listenPort : 0);
  return (port === 80 && scheme === 'http') || (port === 443 && scheme === 'https') ? 0 : port;
}
