/** Operators that take the request's path apart (docs: access_log, %PATH%, %QUERY_PARAM%). */
import { queryValue } from '@weft/engine';
import type { AccessRecord } from '../access-record.ts';
import { headerOf } from './header-of.ts';
import type { OperatorFactory } from './operator.ts';

type PathSource = (record: AccessRecord) => string | undefined;

const original: PathSource = (record) => headerOf(record.requestHeaders, 'x-envoy-original-path');
const SOURCES: Readonly<Record<string, PathSource>> = {
  ORIG: original,
  PATH: (record) => record.path,
  ORIG_OR_PATH: (record) => original(record) ?? record.path,
};

/** `(WQ|NQ:ORIG|PATH|ORIG_OR_PATH)`: with or without the query, before a rewrite or after; with it and before unless told. */
export const pathOperator: OperatorFactory = (argument = '') => {
  const [query = 'WQ', from = 'ORIG_OR_PATH', ...more] = argument.split(':');
  const source = SOURCES[from === '' ? 'ORIG_OR_PATH' : from];
  if ((query !== 'WQ' && query !== 'NQ' && query !== '') || source === undefined || more.length > 0)
    return { problem: `(${argument}) is not (WQ|NQ:${Object.keys(SOURCES).join('|')})` };
  if (query !== 'NQ') return source;
  return (record) => source(record)?.split('?', 1)[0];
};

/** `(NAME)`: the first value of a query parameter. */
export const queryParameter: OperatorFactory = (argument = '') => {
  if (argument === '') return { problem: 'needs the name of a parameter: (NAME)' };
  return (record) => queryValue(record.path, argument);
};
