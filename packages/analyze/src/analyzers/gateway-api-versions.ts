import type { Analyzer } from '../analyzer.ts';

const VERSION = 'gateway.networking.k8s.io/bundle-version';

/** The oldest release of the Gateway API whose definition of a kind is understood. */
const MINIMUM: Readonly<Record<string, readonly [number, number, number]>> = {
  'grpcroutes.gateway.networking.k8s.io': [1, 1, 0],
  'backendtlspolicies.gateway.networking.k8s.io': [1, 4, 0],
  'tlsroutes.gateway.networking.k8s.io': [1, 5, 0],
  'tcproutes.gateway.networking.k8s.io': [1, 6, 0],
};

/** `v1.4.1` and `1.4.1-rc.1` → numbers: a pre-release counts as the release. */
function parseVersion(text: string): readonly number[] | undefined {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?$/.exec(text);
  return match?.slice(1, 4).map((part = '0') => Number(part));
}

function isOlder(version: readonly number[], minimum: readonly number[]): boolean {
  const difference = minimum.map((part, i) => (version[i] ?? 0) - part).find((part) => part !== 0) ?? 0;
  return difference < 0;
}

/** Definitions of the Gateway API that are too old for their objects to be processed. */
export const gatewayApiVersions: Analyzer = {
  name: 'k8sgateway.CRDVersionAnalyzer',
  codes: ['IST0176'],
  analyze(objects, tell) {
    for (const definition of objects.of('CustomResourceDefinition')) {
      const crd = definition.metadata.name;
      const written = definition.metadata.annotations[VERSION];
      const minimum = MINIMUM[crd];
      const version = written === undefined ? undefined : parseVersion(written);
      if (minimum === undefined || version === undefined || !isOlder(version, minimum)) continue;
      const args = { crd, version: version.join('.'), minimum: minimum.join('.') };
      tell('IST0176', definition, `metadata.annotations.${VERSION}`, args);
    }
  },
};
