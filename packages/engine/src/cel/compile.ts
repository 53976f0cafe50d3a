/** A CEL condition, checked when it is configured. in: text, the names that exist   out: a predicate, or what is wrong with the text */
import { parseRegex, type Regex } from '../match/regex.ts';
import { CEL_FUNCTIONS, CelError, CelEvaluator } from './evaluate.ts';
import { CelSyntaxError } from './lexer.ts';
import { type CelNode, parseCel } from './parse.ts';
import type { CelMap } from './value.ts';

/** Names that may stand in an expression, with the fields of those whose fields are known; undefined allows any field. */
export type CelNames = Readonly<Record<string, readonly string[] | undefined>>;

export type CelCondition = (root: CelMap) => boolean;

/** The condition; an expression without a value for a request is false for it, as in Envoy. */
export function compileCel(source: string, names: CelNames): CelCondition | { readonly problem: string } {
  const regexes = new Map<string, Regex>();
  let tree: CelNode;
  try {
    tree = parseCel(source);
    check(tree, names, regexes);
  } catch (error) {
    if (error instanceof CelSyntaxError) return { problem: `${error.message} (at offset ${error.offset})` };
    throw error;
  }
  return (root) => {
    try {
      return new CelEvaluator(root, regexes).value(tree) === true;
    } catch (error) {
      if (error instanceof CelError) return false;
      throw error;
    }
  };
}

function check(node: CelNode, names: CelNames, regexes: Map<string, Regex>): void {
  switch (node.kind) {
    case 'literal':
      return;
    case 'name':
      if (!Object.hasOwn(names, node.name))
        throw new CelSyntaxError(
          `${node.name} is no attribute; there are ${Object.keys(names).join(', ')}`,
          node.offset,
        );
      return;
    case 'field':
      check(node.of, names, regexes);
      if (node.of.kind === 'name') checkField(node.of.name, node.field, names, node.offset);
      return;
    case 'index':
      check(node.of, names, regexes);
      check(node.index, names, regexes);
      return;
    case 'call':
      checkCall(node, regexes);
      for (const part of node.on === undefined ? node.args : [node.on, ...node.args]) check(part, names, regexes);
      return;
    case 'list':
      for (const item of node.items) check(item, names, regexes);
      return;
    case 'not':
    case 'negative':
      check(node.of, names, regexes);
      return;
    case 'choice':
      for (const part of [node.test, node.yes, node.no]) check(part, names, regexes);
      return;
    default:
      check(node.left, names, regexes);
      check(node.right, names, regexes);
  }
}

function checkField(name: string, field: string, names: CelNames, offset: number): void {
  const fields = names[name];
  if (fields === undefined || fields.includes(field)) return;
  throw new CelSyntaxError(`${name} has no ${field}; it has ${fields.join(', ')}`, offset);
}

function checkCall({ name, on, args, offset }: Extract<CelNode, { kind: 'call' }>, regexes: Map<string, Regex>): void {
  const expected = Object.hasOwn(CEL_FUNCTIONS, name) ? CEL_FUNCTIONS[name] : undefined;
  if (expected === undefined)
    throw new CelSyntaxError(`there is no function ${name}, only ${Object.keys(CEL_FUNCTIONS).join(', ')}`, offset);
  const given = args.length + (on === undefined ? 0 : 1);
  if (given !== expected) throw new CelSyntaxError(`${name} takes ${expected} values, not ${given}`, offset);
  if (name === 'has' && (on !== undefined || args[0]?.kind !== 'field'))
    throw new CelSyntaxError('has takes a field: has(a.b)', offset);
  if (name === 'matches') checkPattern(args.at(-1), offset, regexes);
}

/** Patterns are compiled once, so they must stand in the expression. */
function checkPattern(node: CelNode | undefined, offset: number, regexes: Map<string, Regex>): void {
  if (node?.kind !== 'literal' || typeof node.value !== 'string')
    throw new CelSyntaxError('matches takes its pattern as a text in quotes', offset);
  // A match anywhere in the text is enough.
  const regex = parseRegex(`(?s:.*)(?:${node.value})(?s:.*)`);
  if (!regex.ok) throw new CelSyntaxError(regex.issues.map(({ message }) => message).join('; '), node.offset);
  regexes.set(node.value, regex.value);
}
