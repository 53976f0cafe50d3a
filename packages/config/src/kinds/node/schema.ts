import { object, type Schema, text } from '../../schema/index.ts';
import type { NodeSpec } from './type.ts';

export const nodeSpec: Schema<NodeSpec> = object<NodeSpec>({ podCIDR: text() }, { open: true });
