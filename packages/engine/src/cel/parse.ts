/** The grammar of CEL (cel-spec, "Syntax") without macros other than `has`. in: an expression   out: its tree */
import { CelSyntaxError, type Token, tokenize } from './lexer.ts';
import type { CelValue } from './value.ts';

const BINARY_OPERATORS = ['==', '!=', '<', '<=', '>', '>=', 'in', '+', '-', '*', '/', '%'] as const;
export type BinaryOperator = (typeof BINARY_OPERATORS)[number];

export type CelNode = { readonly offset: number } & (
  | { readonly kind: 'literal'; readonly value: CelValue }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly CelNode[] }
  | { readonly kind: 'field'; readonly of: CelNode; readonly field: string }
  | { readonly kind: 'index'; readonly of: CelNode; readonly index: CelNode }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly on: CelNode | undefined;
      readonly args: readonly CelNode[];
    }
  | { readonly kind: 'not' | 'negative'; readonly of: CelNode }
  | { readonly kind: 'and' | 'or'; readonly left: CelNode; readonly right: CelNode }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: CelNode; readonly right: CelNode }
  | { readonly kind: 'choice'; readonly test: CelNode; readonly yes: CelNode; readonly no: CelNode }
);

/** Operators that bind less come first. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['==', '!=', '<', '<=', '>', '>=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
];
const CONSTANTS: Readonly<Record<string, CelValue>> = { true: true, false: false, null: null };
/** An expression of a configuration is short; deeper ones would only be made to exhaust the stack. */
const MAX_DEPTH = 100;

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): CelNode {
    const node = this.#expression();
    if (this.#next.kind !== 'end') this.#fail('an operator');
    return node;
  }

  get #next(): Token {
    return this.#tokens[this.#at]!;
  }

  #fail(expected: string): never {
    const { text, offset } = this.#next;
    throw new CelSyntaxError(`found \`${text}\` instead of ${expected}`, offset);
  }

  #take(text: string): boolean {
    const { kind, text: found } = this.#next;
    if (found !== text || (kind !== 'symbol' && text !== 'in')) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail(`\`${text}\``);
  }

  #expression(): CelNode {
    if (++this.#depth > MAX_DEPTH) throw new CelSyntaxError('the expression is nested too deeply', this.#next.offset);
    const test = this.#or();
    let node = test;
    if (this.#take('?')) {
      const yes = this.#or();
      this.#expect(':');
      node = { kind: 'choice', test, yes, no: this.#expression(), offset: test.offset };
    }
    this.#depth--;
    return node;
  }

  #or(): CelNode {
    let left = this.#and();
    while (this.#take('||')) left = { kind: 'or', left, right: this.#and(), offset: left.offset };
    return left;
  }

  #and(): CelNode {
    let left = this.#binary(0);
    while (this.#take('&&')) left = { kind: 'and', left, right: this.#binary(0), offset: left.offset };
    return left;
  }

  #binary(level: number): CelNode {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = operators.find((candidate) => this.#take(candidate));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1), offset: left.offset };
    }
  }

  #unary(): CelNode {
    const { offset } = this.#next;
    const kind = this.#take('!') ? 'not' : this.#take('-') ? 'negative' : undefined;
    if (kind === undefined) return this.#member();
    if (++this.#depth > MAX_DEPTH) throw new CelSyntaxError('the expression is nested too deeply', offset);
    const node: CelNode = { kind, of: this.#unary(), offset };
    this.#depth--;
    return node;
  }

  #member(): CelNode {
    let node = this.#primary();
    for (;;) {
      const { offset } = this.#next;
      if (this.#take('.')) {
        const field = this.#word();
        node = this.#take('(')
          ? { kind: 'call', name: field, on: node, args: this.#items(')'), offset }
          : { kind: 'field', of: node, field, offset };
      } else if (this.#take('[')) {
        node = { kind: 'index', of: node, index: this.#expression(), offset };
        this.#expect(']');
      } else return node;
    }
  }

  #word(): string {
    const { kind, text } = this.#next;
    if (kind !== 'word') this.#fail('a name');
    this.#at++;
    return text;
  }

  #items(close: string): readonly CelNode[] {
    const items: CelNode[] = [];
    if (this.#take(close)) return items;
    do items.push(this.#expression());
    while (this.#take(','));
    this.#expect(close);
    return items;
  }

  #primary(): CelNode {
    const { kind, text, offset } = this.#next;
    if (this.#take('(')) {
      const node = this.#expression();
      this.#expect(')');
      return node;
    }
    if (this.#take('[')) return { kind: 'list', items: this.#items(']'), offset };
    if (kind !== 'word' && kind !== 'string' && kind !== 'number') this.#fail('a value');
    this.#at++;
    if (kind === 'string') return { kind: 'literal', value: text, offset };
    if (kind === 'number') return { kind: 'literal', value: Number(text), offset };
    if (Object.hasOwn(CONSTANTS, text)) return { kind: 'literal', value: CONSTANTS[text] ?? null, offset };
    if (this.#take('(')) return { kind: 'call', name: text, on: undefined, args: this.#items(')'), offset };
    return { kind: 'name', name: text, offset };
  }
}

/** Throws CelSyntaxError. */
export function parseCel(source: string): CelNode {
  return new Parser(tokenize(source)).whole();
}
