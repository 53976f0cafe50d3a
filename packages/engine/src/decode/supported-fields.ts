import type { DescField, DescMessage, MessageShape } from '@bufbuild/protobuf';
import { isFieldSet } from '@bufbuild/protobuf';
import type { ReflectList, ReflectMap, ReflectMessage } from '@bufbuild/protobuf/reflect';
import { reflect } from '@bufbuild/protobuf/reflect';
import type { Issues } from './issues.ts';

/**
 * What is understood of a message: `read` fields are acted on, `harmless` ones change nothing that a request could notice here. A set
 * field in neither list is refused by name, so that neither a new Envoy release nor a typo in a compiler can drop one silently.
 */
export interface SupportedFields {
  readonly read: readonly string[];
  readonly harmless?: readonly string[];
  /** Handed on as they are to code that checks them itself. */
  readonly opaque?: readonly string[];
}

/** By message type name, such as `envoy.config.route.v3.Route`. */
export type SupportedMessages = Readonly<Record<string, SupportedFields>>;

const LEAVES: ReadonlySet<string> = new Set(['google.protobuf.Any']);

function isLeaf(desc: DescMessage): boolean {
  return LEAVES.has(desc.typeName) || desc.typeName.startsWith('google.protobuf.');
}

/**
 * Walks every set field of `message`, however deep, and reports what is not supported with its path, in the proto's field names. An
 * Any is not opened: whoever decodes it checks it.
 */
export function checkFields<Desc extends DescMessage>(
  desc: Desc,
  message: MessageShape<Desc>,
  at: string,
  supported: SupportedMessages,
  issues: Issues,
): void {
  walk(reflect(desc, message, false), at, supported, issues);
}

function walk(message: ReflectMessage, at: string, supported: SupportedMessages, issues: Issues): void {
  const known = supported[message.desc.typeName];
  if (known === undefined) {
    issues.error(at, 'unsupported-field', `${message.desc.typeName} is not supported here`, 'that it is left out');
    return;
  }
  for (const unknown of message.getUnknown() ?? []) {
    issues.error(
      at,
      'unknown-field',
      `field number ${unknown.no} of ${message.desc.typeName} is not known to this version`,
    );
  }
  for (const field of message.fields) {
    if (!isFieldSet(message.message, field)) continue;
    const path = at === '' ? field.name : `${at}.${field.name}`;
    if (known.harmless?.includes(field.name) === true || known.opaque?.includes(field.name) === true) continue;
    if (!known.read.includes(field.name)) {
      issues.error(
        path,
        'unsupported-field',
        `\`${field.name}\` of ${message.desc.typeName} is not supported`,
        'that it is left out',
      );
      continue;
    }
    walkField(message, field, path, supported, issues);
  }
}

function walkField(
  message: ReflectMessage,
  field: DescField,
  path: string,
  supported: SupportedMessages,
  issues: Issues,
): void {
  if (field.message === undefined || isLeaf(field.message)) return;
  if (field.fieldKind === 'message') {
    walk(message.get(field) as ReflectMessage, path, supported, issues);
  } else if (field.fieldKind === 'list') {
    let index = 0;
    for (const item of message.get(field) as ReflectList<ReflectMessage>)
      walk(item, `${path}[${index++}]`, supported, issues);
  } else if (field.fieldKind === 'map') {
    for (const [key, item] of message.get(field) as ReflectMap<string, ReflectMessage>) {
      walk(item, `${path}["${key}"]`, supported, issues);
    }
  }
}
