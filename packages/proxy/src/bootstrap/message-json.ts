/** Proto JSON → message, with the path of every field that the message does not have (fromJson alone stops at the first, without one). */
import type { DescMessage, JsonValue, MessageShape, Registry } from '@bufbuild/protobuf';
import { fromJson } from '@bufbuild/protobuf';
import type { Issue } from '@weft/base';
import { suggest } from '@weft/base';
import { isObject } from './json-fields.ts';

/** Well-known types have a JSON form of their own, not one field per proto field. */
function hasOwnJsonForm(desc: DescMessage): boolean {
  return desc.typeName.startsWith('google.protobuf.') && desc.typeName !== 'google.protobuf.Empty';
}

function bad(at: string, message: string, expected: string, hint?: string | undefined): Issue {
  return {
    severity: 'error',
    code: 'invalid-bootstrap',
    at,
    message,
    expected,
    ...(hint === undefined ? {} : { hint }),
  };
}

function checkAny(value: Readonly<Record<string, unknown>>, at: string, registry: Registry, issues: Issue[]): void {
  const typeUrl = value['@type'];
  if (typeof typeUrl !== 'string') {
    issues.push(bad(`${at}.@type`, 'the type of this extension is missing', 'a type URL'));
    return;
  }
  const desc = registry.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
  if (desc === undefined) {
    const known = [...registry].flatMap((type) =>
      type.kind === 'message' ? [`type.googleapis.com/${type.typeName}`] : [],
    );
    const near = suggest(typeUrl, known);
    issues.push(
      bad(
        `${at}.@type`,
        `extension ${typeUrl} is not supported`,
        'an extension that this proxy has',
        near && `did you mean ${near}?`,
      ),
    );
    return;
  }
  if (hasOwnJsonForm(desc)) return;
  const { '@type': _, ...rest } = value;
  checkFields(desc, rest, at, registry, issues);
}

/** Adds an issue for every key of `value`, at any depth, that `desc` has no field for. */
function checkFields(desc: DescMessage, value: unknown, at: string, registry: Registry, issues: Issue[]): void {
  if (!isObject(value)) return;
  if (desc.typeName === 'google.protobuf.Any') {
    checkAny(value, at, registry, issues);
    return;
  }
  if (hasOwnJsonForm(desc)) return;
  for (const [key, item] of Object.entries(value)) {
    const here = at === '' ? key : `${at}.${key}`;
    const field = desc.fields.find((candidate) => candidate.name === key || candidate.jsonName === key);
    if (field === undefined) {
      const names = desc.fields.map((candidate) => candidate.name);
      const near = suggest(key, names);
      issues.push(
        bad(here, `${desc.typeName} has no such field`, 'a field of that message', near && `did you mean ${near}?`),
      );
    } else if (field.fieldKind === 'message') {
      checkFields(field.message, item, here, registry, issues);
    } else if (field.fieldKind === 'list' && field.listKind === 'message' && Array.isArray(item)) {
      for (const [i, element] of item.entries()) checkFields(field.message, element, `${here}[${i}]`, registry, issues);
    } else if (field.fieldKind === 'map' && field.mapKind === 'message' && isObject(item)) {
      for (const [name, element] of Object.entries(item))
        checkFields(field.message, element, `${here}.${name}`, registry, issues);
    }
  }
}

/** The message that `value` spells, or undefined with the reasons in `issues`. */
export function messageFromJson<Desc extends DescMessage>(
  desc: Desc,
  value: unknown,
  at: string,
  registry: Registry,
  issues: Issue[],
): MessageShape<Desc> | undefined {
  const before = issues.length;
  checkFields(desc, value, at, registry, issues);
  if (issues.length > before) return undefined;
  try {
    return fromJson(desc, value as JsonValue, { registry });
  } catch (error) {
    issues.push(bad(at, error instanceof Error ? error.message : String(error), `a ${desc.typeName} in proto JSON`));
    return undefined;
  }
}
