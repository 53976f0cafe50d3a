import { type DescField, type DescMessage, isFieldSet, type Message, type MessageShape } from '@bufbuild/protobuf';
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
  // Of thousands of endpoints none has anything to report: paths are made only when there is something to say.
  if (!isSupported(desc, message, supported)) walk(desc, message, at, supported, issues);
}

/** What is left to look at in a message: understood fields without messages inside need no look. */
interface MessagePlan {
  readonly refused: readonly DescField[];
  readonly entered: readonly EnteredField[];
}

interface EnteredField {
  readonly field: DescField;
  readonly desc: DescMessage;
}

/** By table, then by message; made when first needed, since thousands of endpoints have the same few messages. */
const PLANS = new WeakMap<SupportedMessages, Map<DescMessage, MessagePlan | undefined>>();

function planOf(desc: DescMessage, supported: SupportedMessages): MessagePlan | undefined {
  let plans = PLANS.get(supported);
  if (plans === undefined) {
    plans = new Map();
    PLANS.set(supported, plans);
  }
  const existing = plans.get(desc);
  if (existing !== undefined || plans.has(desc)) return existing;
  const plan = makePlan(desc, supported);
  plans.set(desc, plan);
  return plan;
}

function makePlan(desc: DescMessage, supported: SupportedMessages): MessagePlan | undefined {
  const known = supported[desc.typeName];
  if (known === undefined) return undefined;
  const refused: DescField[] = [];
  const entered: EnteredField[] = [];
  for (const field of desc.fields) {
    if (known.harmless?.includes(field.name) === true || known.opaque?.includes(field.name) === true) continue;
    if (!known.read.includes(field.name)) refused.push(field);
    else if (field.message !== undefined && !isLeaf(field.message)) entered.push({ field, desc: field.message });
  }
  return { refused, entered };
}

/** Whether `walk` would find nothing. */
function isSupported(desc: DescMessage, message: Message, supported: SupportedMessages): boolean {
  const plan = planOf(desc, supported);
  if (plan === undefined || (message.$unknown !== undefined && message.$unknown.length > 0)) return false;
  for (const field of plan.refused) if (isFieldSet(message, field)) return false;
  for (const { field, desc: inner } of plan.entered) {
    if (!isFieldSet(message, field)) continue;
    const value = fieldValue(message, field);
    if (field.fieldKind === 'list' || field.fieldKind === 'map') {
      const items = Object.values(value as Readonly<Record<string, Message>> | readonly Message[]);
      if (!items.every((item) => isSupported(inner, item, supported))) return false;
    } else if (!isSupported(inner, value as Message, supported)) return false;
  }
  return true;
}

function walk(desc: DescMessage, message: Message, at: string, supported: SupportedMessages, issues: Issues): void {
  const plan = planOf(desc, supported);
  if (plan === undefined) {
    issues.error(at, 'unsupported-field', `${desc.typeName} is not supported here`, 'that it is left out');
    return;
  }
  for (const unknown of message.$unknown ?? []) {
    issues.error(at, 'unknown-field', `field number ${unknown.no} of ${desc.typeName} is not known to this version`);
  }
  for (const field of plan.refused) {
    if (!isFieldSet(message, field)) continue;
    issues.error(
      pathOf(at, field),
      'unsupported-field',
      `\`${field.name}\` of ${desc.typeName} is not supported`,
      'that it is left out',
    );
  }
  for (const entered of plan.entered) {
    if (isFieldSet(message, entered.field)) enter(message, entered, pathOf(at, entered.field), supported, issues);
  }
}

function pathOf(at: string, field: DescField): string {
  return at === '' ? field.name : `${at}.${field.name}`;
}

function enter(
  message: Message,
  { field, desc }: EnteredField,
  path: string,
  supported: SupportedMessages,
  issues: Issues,
): void {
  const value = fieldValue(message, field);
  if (field.fieldKind === 'list') {
    for (const [i, item] of (value as readonly Message[]).entries())
      walk(desc, item, `${path}[${i}]`, supported, issues);
  } else if (field.fieldKind === 'map') {
    for (const [key, item] of Object.entries(value as Readonly<Record<string, Message>>))
      walk(desc, item, `${path}["${key}"]`, supported, issues);
  } else walk(desc, value as Message, path, supported, issues);
}

/** The value of a field that is set; of a member of a oneof behind the oneof's own property. */
function fieldValue(message: Message, field: DescField): unknown {
  const values = message as Message & Readonly<Record<string, unknown>>;
  if (field.oneof === undefined) return values[field.localName];
  return (values[field.oneof.localName] as { readonly value: unknown }).value;
}
