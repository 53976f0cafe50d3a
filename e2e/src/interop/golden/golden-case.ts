/** The golden cases of `translate`, as a data plane meets them: translated for a node of either kind, with the requests to send. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { loadText } from '@weft/config';
import { buildSnapshot, decodeNode, type NodeFields, proxyOf } from '@weft/mesh';
import { type TranslatedResources, translate } from '@weft/translate';
import { parse } from 'yaml';

const CASES = new URL('../../../../packages/translate/cases/', import.meta.url);

/** One request of a case's requests.yaml; what it expects there is checked by the golden runner of the engine's tables. */
export interface GoldenRequest {
  readonly name: string;
  /** The route configuration that the listener asks for. */
  readonly route: string;
  readonly method?: string;
  readonly scheme?: string;
  readonly authority: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expect: GoldenExpectation;
}

export interface GoldenExpectation {
  readonly cluster?: string;
  readonly share?: Readonly<Record<string, number>>;
}

export type NodeKind = 'sidecar' | 'router';
export type DataPlane = 'weft' | 'envoy';

/** Every case by name, those added later included, or those of `only`. */
export function goldenCases(only: readonly string[] | undefined): readonly string[] {
  return readdirSync(CASES)
    .filter((name) => only?.includes(name) ?? isForProxies(name))
    .sort();
}

/** gRPC clients without a proxy get listeners that a proxy cannot serve. */
function isForProxies(name: string): boolean {
  const file = new URL(`${name}/node.yaml`, CASES);
  if (!existsSync(file)) return false;
  const { metadata }: NodeFields = parse(readFileSync(file, 'utf8'));
  return metadata?.['GENERATOR'] !== 'grpc';
}

export class GoldenCase {
  readonly name: string;
  /** As its node.yaml says. */
  readonly kind: NodeKind;
  /** Whether the case is about what a stock Envoy gets; our proxy may not know all of that. */
  readonly forStockEnvoy: boolean;
  readonly requests: readonly GoldenRequest[];
  readonly #fields: NodeFields;
  readonly #snapshot: ReturnType<typeof buildSnapshot>;

  constructor(name: string) {
    const read = (file: string): string => readFileSync(new URL(`${name}/${file}`, CASES), 'utf8');
    this.name = name;
    this.#fields = parse(read('node.yaml'));
    this.kind = this.#fields.id.startsWith('router~') ? 'router' : 'sidecar';
    this.forStockEnvoy = this.#fields.userAgentName === 'envoy';
    this.#snapshot = buildSnapshot(loadText(read('mesh.yaml'), 'mesh.yaml').resources);
    this.requests = existsSync(new URL(`${name}/requests.yaml`, CASES)) ? parse(read('requests.yaml')) : [];
  }

  /** What the case's node gets as a proxy of that kind. */
  resources(kind: NodeKind, dataPlane: DataPlane): TranslatedResources {
    const id = this.#fields.id.replace(/^[a-z]+~/, `${kind}~`);
    const node = decodeNode({ ...this.#fields, id, userAgentName: dataPlane });
    if (!node.ok) throw new Error(`${this.name}: ${node.issues.map((issue) => issue.message).join('; ')}`);
    return translate(this.#snapshot, proxyOf(this.#snapshot, node.value));
  }
}
