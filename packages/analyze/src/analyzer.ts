import type { ObjectMeta, Source } from '@weft/config';
import type { Code, MessageArgs } from './messages.ts';
import type { Objects } from './objects.ts';

/** What a message is about: a resource, or something named inside one (the mesh networks). */
export interface Subject {
  readonly kind: string;
  readonly metadata: Pick<ObjectMeta, 'name' | 'namespace' | 'annotations'>;
  readonly source: Source;
}

/** Says something about `subject`; `at` is the path inside it (`spec.http[0]`), or empty. */
export type Tell = <C extends Code>(code: C, subject: Subject, at: string, args: MessageArgs<C>) => void;

/** One question asked of a set of objects. A new one is a file in analyzers/ and a line in analyzers/all.ts. */
export interface Analyzer {
  /** The name of the Istio analyzer that asks the same. */
  readonly name: string;
  /** All it can say. */
  readonly codes: readonly Code[];
  /** Not asked unless named: it finds something in almost every mesh. */
  readonly optional?: boolean;
  analyze(objects: Objects, tell: Tell): void;
}
