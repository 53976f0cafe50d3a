import type { StoredObject } from '../store/object.ts';
import { ApiError } from './status.ts';

type Test = (object: StoredObject) => boolean;

/** `labelSelector` and `fieldSelector` of a list or watch. What is not understood is refused, never taken for "everything". */
export function selectorOf(query: URLSearchParams): Test {
  const tests = [...labelTests(query.get('labelSelector') ?? ''), ...fieldTests(query.get('fieldSelector') ?? '')];
  return (object) => tests.every((test) => test(object));
}

function labelTests(text: string): readonly Test[] {
  return terms(text).map((term): Test => {
    const match = /^(!?)([\w./-]+)(?:(==|=|!=)([\w.-]*))?$/.exec(term);
    const [, not, key, operator, value] = match ?? [];
    if (key === undefined || (not === '!' && operator !== undefined)) {
      throw new ApiError(
        'BadRequest',
        `labelSelector: '${term}' is not understood (expected key, !key, key=value or key!=value)`,
      );
    }
    const label = ({ metadata }: StoredObject): string | undefined => metadata.labels?.[key];
    if (operator === undefined) return (object) => (label(object) === undefined) === (not === '!');
    return (object) => (label(object) === value) !== (operator === '!=');
  });
}

function fieldTests(text: string): readonly Test[] {
  return terms(text).map((term): Test => {
    const match = /^metadata\.(name|namespace)(==|=|!=)(.*)$/.exec(term);
    const [, field, operator, value] = match ?? [];
    if (field === undefined) {
      throw new ApiError(
        'BadRequest',
        `fieldSelector: '${term}' is not supported (only metadata.name and metadata.namespace are)`,
      );
    }
    return ({ metadata }) => ((metadata[field] ?? '') === value) !== (operator === '!=');
  });
}

function terms(text: string): readonly string[] {
  return text
    .split(',')
    .map((term) => term.trim())
    .filter((term) => term !== '');
}
