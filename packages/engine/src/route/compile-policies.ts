import type {
  RouteAction_HashPolicy,
  RouteAction_RequestMirrorPolicy,
  RouteAction_UpgradeConfig,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { Issues } from '../decode/issues.ts';
import { durationOr, fraction } from '../decode/scalars.ts';
import { compileSubstitution } from './compile-rewrite.ts';
import type { HashPolicy, MirrorPolicy, UpgradePolicy } from './route.ts';

const ALWAYS = { numerator: 100, denominator: 100 };

export function compileMirrors(
  policies: readonly RouteAction_RequestMirrorPolicy[],
  at: string,
  issues: Issues,
): readonly MirrorPolicy[] {
  return policies.map((policy, i) => {
    if ((policy.cluster === '') === (policy.clusterHeader === '')) {
      issues.error(`${at}[${i}]`, 'invalid-value', 'needs exactly one of cluster and cluster_header');
    }
    const percent = policy.runtimeFraction?.defaultValue;
    return {
      cluster: policy.cluster === '' ? undefined : policy.cluster,
      clusterHeader: policy.clusterHeader === '' ? undefined : policy.clusterHeader.toLowerCase(),
      fraction: percent === undefined ? ALWAYS : fraction(percent),
      traceSampled: policy.traceSampled,
      shadowSuffix: !policy.disableShadowHostSuffixAppend,
    };
  });
}

export function compileHash(
  policies: readonly RouteAction_HashPolicy[],
  at: string,
  issues: Issues,
): readonly HashPolicy[] {
  return policies.flatMap((policy, i): HashPolicy[] => {
    const form = policy.policySpecifier;
    const where = `${at}[${i}]`;
    const terminal = policy.terminal;
    switch (form.case) {
      case 'header': {
        const rewrite = form.value.regexRewrite;
        return [
          {
            kind: 'header',
            name: form.value.headerName.toLowerCase(),
            rewrite:
              rewrite === undefined ? undefined : compileSubstitution(rewrite, `${where}.header.regex_rewrite`, issues),
            terminal,
          },
        ];
      }
      case 'cookie':
        return [
          {
            kind: 'cookie',
            name: form.value.name,
            ttlMs: durationOr(form.value.ttl, undefined, `${where}.cookie.ttl`, issues),
            path: form.value.path,
            attributes: form.value.attributes.map((attribute) => [attribute.name, attribute.value] as const),
            terminal,
          },
        ];
      case 'connectionProperties':
        return form.value.sourceIp ? [{ kind: 'source-ip', terminal }] : [];
      case 'queryParameter':
        return [{ kind: 'query', name: form.value.name, terminal }];
      default:
        issues.error(
          where,
          'missing-field',
          'says nothing',
          'one of header, cookie, connection_properties, query_parameter',
        );
        return [];
    }
  });
}

export function compileUpgrades(
  configs: readonly RouteAction_UpgradeConfig[],
  at: string,
  issues: Issues,
): readonly UpgradePolicy[] {
  return configs.map((config, i) => {
    const type = config.upgradeType.toLowerCase();
    if (type === '') issues.error(`${at}[${i}].upgrade_type`, 'missing-field', 'is empty', '`websocket` or `CONNECT`');
    if (config.connectConfig !== undefined && type !== 'connect') {
      issues.error(`${at}[${i}].connect_config`, 'invalid-value', 'only goes with upgrade_type CONNECT');
    }
    return {
      type,
      enabled: config.enabled ?? true,
      terminateConnect: config.connectConfig !== undefined,
      allowPost: config.connectConfig?.allowPost ?? false,
    };
  });
}
