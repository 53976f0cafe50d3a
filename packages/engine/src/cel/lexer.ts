/** Tokens of CEL (cel-spec, "Syntax"). in: an expression   out: tokens with their offsets, or what is wrong and where */

export interface Token {
  readonly kind: 'number' | 'string' | 'word' | 'symbol' | 'end';
  /** For strings and numbers the value as text. */
  readonly text: string;
  readonly offset: number;
}

export class CelSyntaxError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const TOKEN =
  /\s+|\/\/[^\n]*|(?<number>0x[0-9a-fA-F]+u?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?u?)|(?<string>r?"(?:[^"\\\n]|\\.)*"|r?'(?:[^'\\\n]|\\.)*')|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<symbol>&&|\|\||[=!<>]=|[-+*/%<>!?:.,()[\]])/y;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v' };

function unescaped(literal: string): string {
  if (literal.startsWith('r')) return literal.slice(2, -1);
  return literal
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/g, (_whole, x?: string, u?: string, char?: string) => {
      const code = x ?? u;
      return code === undefined ? (ESCAPES[char ?? ''] ?? char ?? '') : String.fromCharCode(Number.parseInt(code, 16));
    });
}

/** Throws CelSyntaxError. */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const offset = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (match === null) throw new CelSyntaxError(`\`${source[offset]}\` is no part of an expression`, offset);
    const { number, string, word, symbol } = match.groups ?? {};
    if (number !== undefined) tokens.push({ kind: 'number', text: number.replace(/u$/, ''), offset });
    else if (string !== undefined) tokens.push({ kind: 'string', text: unescaped(string), offset });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, offset });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, offset });
  }
  tokens.push({ kind: 'end', text: 'the end', offset: source.length });
  return tokens;
}
