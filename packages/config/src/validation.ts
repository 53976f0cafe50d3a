import type { ObjectMeta } from './resource.ts';
import type { Report } from './schema/index.ts';

/** Semantic checks of one object: what types and CRD rules cannot say. Paths start at `spec`. */
export type Validate<T> = (spec: T, metadata: ObjectMeta, report: Report) => void;
