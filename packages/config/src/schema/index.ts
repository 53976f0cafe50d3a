export { list, map } from './collections.ts';
export type { Fields, ObjectRules } from './object.ts';
export { object } from './object.ts';
export { type IssueDetail, Report } from './report.ts';
export { decimal, duration, flag, integer, intOrString, json, long, oneOf, text } from './scalars.ts';
export type { DurationSchema, Schema } from './schema.ts';
export { describe } from './schema.ts';
