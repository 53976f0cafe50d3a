import { list, object, type Schema, text } from '../../schema/index.ts';
import type { NamespaceSpec } from './type.ts';

export const namespaceSpec: Schema<NamespaceSpec> = object<NamespaceSpec>({ finalizers: list(text()) });
