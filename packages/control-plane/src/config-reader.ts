import type { Decoded, Issue } from '@weft/base';
import { decodeObject, isJsonObject, KINDS, loadText, plainSource, type Resource } from '@weft/config';
import { checkLoaded } from '@weft/translate';
import { withoutFoundStatus } from './status/object-status.ts';
import type { StoredObject } from './store/object.ts';

/** A kind the API serves, as Kubernetes' discovery describes one. */
export interface ServedKind {
  readonly kind: string;
  readonly group: string;
  /** Preferred first. */
  readonly versions: readonly string[];
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
}

/** How text and JSON become resources; the port through which stores, pipeline and API use the config package. */
export interface ConfigReader {
  readonly kinds: readonly ServedKind[];
  /**
   * YAML or JSON with any number of documents; without a namespace of their own they go to `defaultNamespace` (`default`).
   * Resources with errors are not among the result.
   */
  text(
    text: string,
    file: string,
    defaultNamespace?: string,
  ): { readonly resources: readonly Resource[]; readonly issues: readonly Issue[] };
  /** One object as JSON. `file` is what issues name. */
  object(object: StoredObject, file: string): Decoded<Resource>;
  /** The object as the store keeps it: namespace filled in, without the status that a control plane found, the rest as written. */
  stored(resource: Resource): StoredObject;
}

export const configReader: ConfigReader = {
  kinds: KINDS,
  text: (text, file, defaultNamespace) =>
    checkLoaded(loadText(text, file, defaultNamespace === undefined ? {} : { defaultNamespace })),
  object(object, file) {
    const raw: unknown = object;
    if (!isJsonObject(raw)) throw new TypeError('a stored object is a JSON object');
    const decoded = decodeObject(raw, plainSource(file));
    if (!decoded.ok) return decoded;
    const { resources, issues } = checkLoaded({ resources: [decoded.value], issues: decoded.issues });
    return resources.length === 0 ? { ok: false, issues } : { ...decoded, issues };
  },
  stored({ raw, kind, apiVersion, metadata: { name, namespace } }) {
    const written = isJsonObject(raw['metadata']) ? raw['metadata'] : {};
    const metadata = { ...written, name, ...(namespace !== '' && { namespace }) };
    return withoutFoundStatus({ ...raw, apiVersion, kind, metadata });
  },
};
