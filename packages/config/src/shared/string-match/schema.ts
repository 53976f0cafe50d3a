import { object, type Schema, text } from '../../schema/index.ts';
import type { StringMatch } from './type.ts';

export const stringMatch: Schema<StringMatch> = object<StringMatch>(
  {
    exact: text(),
    prefix: text(),
    regex: text(),
  },
  { exclusive: [{ fields: ['exact', 'prefix', 'regex'], required: false }] },
);
