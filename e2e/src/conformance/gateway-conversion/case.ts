import type { JsonObject } from '@weft/config';

export interface ConversionCase {
  readonly name: string;
  /** YAML documents: what is converted, the Istio resources it becomes, and the statuses. */
  readonly input: string;
  readonly golden: string;
  readonly status: string;
}

export interface ConversionFile {
  readonly services: readonly { readonly namespace: string; readonly hostname: string }[];
  readonly objects: readonly FixtureObject[];
  readonly cases: readonly ConversionCase[];
}

export interface FixtureObject {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly namespace: string;
  /** Expressions of the language the cases come from. */
  readonly data: Readonly<Record<string, string>>;
}

/** An object with a status. */
export interface WithStatus extends JsonObject {
  readonly status: JsonObject;
}
