import { create } from '@bufbuild/protobuf';
import type { Destination, HttpRoute } from '@weft/config';
import {
  type RouteAction_RequestMirrorPolicy,
  RouteAction_RequestMirrorPolicySchema,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { fractionalPercent, runtimePercent, wholePercent } from '../wire/percent.ts';

/** `mirror` and `mirrors` → mirror policies: everything unless a percentage is said, nothing at 0 (route.go, MirrorPercent). */
export function mirrorPolicies(
  route: HttpRoute,
  clusterOf: (destination: Destination) => string,
): RouteAction_RequestMirrorPolicy[] {
  const policies: RouteAction_RequestMirrorPolicy[] = [];
  const add = (destination: Destination | undefined, percent: number): void => {
    if (destination === undefined || percent <= 0) return;
    policies.push(
      create(RouteAction_RequestMirrorPolicySchema, {
        cluster: clusterOf(destination),
        runtimeFraction: runtimePercent(percent === 100 ? wholePercent(100) : fractionalPercent(percent)),
        traceSampled: false,
        disableShadowHostSuffixAppend: true,
      }),
    );
  };
  const whole = route.mirrorPercent ?? 100;
  add(route.mirror, route.mirrorPercentage === undefined ? whole : (route.mirrorPercentage.value ?? 0));
  for (const mirror of route.mirrors ?? []) {
    add(mirror.destination, mirror.percentage === undefined ? 100 : (mirror.percentage.value ?? 0));
  }
  return policies;
}
