import { create } from '@bufbuild/protobuf';
import {
  RouteAction_ClusterNotFoundResponseCode as NotFoundCode,
  type RouteAction,
  type RouteMatch,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { RegexMatchAndSubstituteSchema } from '@weft/xds/gen/envoy/type/matcher/v3/regex_pb';

/**
 * An action as the Gateway API wants it where a VirtualService is otherwise: a backend that does not exist is answered with 500, and a prefix
 * that is replaced by `/` goes with its own slash (route.go, applyHTTPRouteDestination).
 */
export function byGatewayApi(action: RouteAction, { pathSpecifier }: RouteMatch): RouteAction {
  action.clusterNotFoundResponseCode = NotFoundCode.INTERNAL_SERVER_ERROR;
  if (action.prefixRewrite === '/' && pathSpecifier.case === 'pathSeparatedPrefix') {
    action.prefixRewrite = '';
    action.regexRewrite = create(RegexMatchAndSubstituteSchema, {
      pattern: { regex: `^${pathSpecifier.value.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')}(/?)(.*)` },
      substitution: '/\\2',
    });
  }
  return action;
}
