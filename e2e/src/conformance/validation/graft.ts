import type { Issue } from '@weft/base';
import { decodeObject, isJsonObject, type JsonObject, KINDS, plainSource } from '@weft/config';
import { checkLoaded } from '@weft/translate';

/** A case of the file. */
export interface ValidationCase {
  readonly test: string;
  readonly name?: string;
  /** `Gateway`, `VirtualService(delegate):spec.http[0]`, `string:headerName`. */
  readonly kind: string;
  readonly valid: boolean;
  readonly warning?: boolean | string;
  readonly error?: string;
  readonly spec: unknown;
  readonly extra?: {
    readonly configName?: string;
    readonly namespace?: string;
    readonly bind?: string;
    readonly labels?: JsonObject;
    readonly annotations?: JsonObject;
    readonly isServiceEntry?: boolean;
    readonly isDestinationRuleWithSelector?: boolean;
  };
}

type Tree = { [key: string]: unknown };

const TO = { destination: { host: 'foo.bar' } };

/** The least that each kind accepts, to graft fragments on. */
const MINIMAL: Readonly<Record<string, Tree>> = {
  VirtualService: { hosts: ['foo.bar'], http: [{ route: [TO] }] },
  DestinationRule: { host: 'foo.bar' },
  Gateway: {
    servers: [
      {
        port: { number: 443, name: 'https', protocol: 'HTTPS' },
        hosts: ['foo.bar.com'],
        tls: { mode: 'ISTIO_MUTUAL' },
      },
    ],
  },
  ServiceEntry: { hosts: ['foo.bar'], ports: [{ number: 80, name: 'http', protocol: 'HTTP' }], resolution: 'DNS' },
  Sidecar: { egress: [{ hosts: ['*/*'] }] },
  WorkloadEntry: { address: '1.2.3.4' },
  WorkloadGroup: { template: {} },
  WasmPlugin: { url: 'oci://example.com/filter' },
};

/** Answers of their own, which exclude routing. */
const ANSWERS = ['redirect', 'directResponse'];

/** A minimal object that stays valid when the fragment at `path` is. */
function baseFor(kind: string, variant: string | undefined, path: string): Tree {
  const spec = structuredClone(MINIMAL[kind] ?? {});
  if (kind !== 'VirtualService') return { spec };
  if (variant === 'delegate') spec['hosts'] = [];
  if (ANSWERS.some((answer) => path === `spec.http[0].${answer}`)) spec['http'] = [{}];
  if (path.startsWith('spec.http[0].rewrite.')) spec['http'] = [{ route: [TO], rewrite: { authority: 'foo.bar' } }];
  if (path.startsWith('spec.tcp')) {
    delete spec['http'];
    spec['tcp'] = [{ route: [TO] }];
  }
  if (path.startsWith('spec.tls')) {
    delete spec['http'];
    spec['tls'] = [{ match: [{ sniHosts: ['foo.bar'] }], route: [TO] }];
  }
  return { spec };
}

function graft(root: Tree, path: string, value: unknown): void {
  const keys = [...path.matchAll(/[^.[\]]+/g)].map(([key]) => key);
  let node: Tree = root;
  for (const [i, key] of keys.entries()) {
    if (i === keys.length - 1) {
      node[key] = value;
      return;
    }
    node[key] ??= /^\d+$/.test(keys[i + 1] ?? '') ? [] : {};
    node = node[key] as Tree;
  }
}

/** The file writes Go's `[]byte` as the text it holds; in YAML it is base64. */
function encodeBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(encodeBytes);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      key === 'bytes' && typeof entry === 'string' ? Buffer.from(entry).toString('base64') : encodeBytes(entry),
    ]),
  );
}

/**
 * Validates the spec, or the fragment grafted on a minimal object, as Istio's webhook does: after the API server has enforced the
 * CRD, so without the CRD's rules. Undefined for kinds that nothing reads.
 */
export function validateGrafted(test: ValidationCase): readonly Issue[] | undefined {
  const [, kind = '', variant, path] = /^(\w+)(?:\((\w+)\))?(?::(.+))?$/.exec(test.kind) ?? [];
  const row = KINDS.find((candidate) => candidate.type === kind);
  if (row === undefined) return undefined;
  const spec = encodeBytes(test.spec);
  const root: Tree = path === undefined ? { spec } : baseFor(kind, variant, path);
  if (path !== undefined) graft(root, path, spec);
  const extra = test.extra ?? {};
  if (extra.bind !== undefined) graft(root, 'spec.servers[0].bind', extra.bind);
  const metadata: Tree = { name: extra.configName ?? 'foo', namespace: extra.namespace ?? 'bar' };
  for (const field of ['labels', 'annotations'] as const)
    if (extra[field] !== undefined) metadata[field] = extra[field];
  const apiVersion = `${row.group}/${row.versions[0]}`;
  const document = { apiVersion, kind: row.kind, metadata, ...root };
  const decoded = decodeObject(JSON.parse(JSON.stringify(document)), plainSource('case'), { strict: false });
  return decoded.ok ? checkLoaded({ resources: [decoded.value], issues: decoded.issues }).issues : decoded.issues;
}
