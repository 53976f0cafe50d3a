/** Evaluates CEL (cel-spec, "Evaluation"): what cannot be said is an error, which `&&`, `||` absorb where the other side decides. */
import type { Regex } from '../match/regex.ts';
import type { BinaryOperator, CelNode } from './parse.ts';
import { type CelMap, type CelValue, durationOf, isMap, isTime } from './value.ts';

/** An expression that has no value for this request. */
export class CelError extends Error {}

/** Functions by name with the number of their arguments, the receiver of a method included. */
export const CEL_FUNCTIONS: Readonly<Record<string, number>> = {
  contains: 2,
  startsWith: 2,
  endsWith: 2,
  matches: 2,
  size: 1,
  has: 1,
  string: 1,
  int: 1,
  double: 1,
  duration: 1,
  timestamp: 1,
};

export class CelEvaluator {
  readonly #root: CelMap;
  readonly #regexes: ReadonlyMap<string, Regex>;

  /** @param root what names stand for */
  constructor(root: CelMap, regexes: ReadonlyMap<string, Regex>) {
    this.#root = root;
    this.#regexes = regexes;
  }

  /** Throws CelError. */
  value(node: CelNode): CelValue {
    switch (node.kind) {
      case 'literal':
        return node.value;
      case 'name':
        return orError(this.#root.get(node.name), node.name);
      case 'list':
        return node.items.map((item) => this.value(item));
      case 'field':
        return orError(this.#field(node.of, node.field), node.field);
      case 'index':
        return this.#index(this.value(node.of), this.value(node.index));
      case 'call':
        return this.#call(node);
      case 'not':
        return !this.#bool(node.of);
      case 'negative':
        return -number(this.value(node.of));
      case 'and':
        return this.#logic(node.left, node.right, false);
      case 'or':
        return this.#logic(node.left, node.right, true);
      case 'binary':
        return binary(node.operator, this.value(node.left), this.value(node.right));
      case 'choice':
        return this.value(this.#bool(node.test) ? node.yes : node.no);
    }
  }

  #bool(node: CelNode): boolean {
    const value = this.value(node);
    if (typeof value !== 'boolean') throw new CelError('not a boolean');
    return value;
  }

  /** `decides` is the value of one side that settles the whole, even if the other side is an error. */
  #logic(left: CelNode, right: CelNode, decides: boolean): boolean {
    let failed: CelError | undefined;
    for (const side of [left, right]) {
      try {
        if (this.#bool(side) === decides) return decides;
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        failed = error;
      }
    }
    if (failed !== undefined) throw failed;
    return !decides;
  }

  #field(of: CelNode, field: string): CelValue | undefined {
    const value = this.value(of);
    if (!isMap(value)) throw new CelError(`no fields to find ${field} in`);
    return value.get(field);
  }

  #index(of: CelValue, index: CelValue): CelValue {
    if (isMap(of)) return orError(of.get(text(index)), String(index));
    if (Array.isArray(of)) return orError((of as readonly CelValue[])[number(index)], String(index));
    throw new CelError('neither a map nor a list');
  }

  #call({ name, on, args }: Extract<CelNode, { kind: 'call' }>): CelValue {
    const nodes = on === undefined ? args : [on, ...args];
    const [first, second] = nodes;
    if (first === undefined) throw new CelError(`${name} of nothing`);
    if (name === 'has') return first.kind === 'field' && this.#field(first.of, first.field) !== undefined;
    const value = this.value(first);
    if (second === undefined) return convert(name, value);
    const other = text(this.value(second));
    switch (name) {
      case 'contains':
        return text(value).includes(other);
      case 'startsWith':
        return text(value).startsWith(other);
      case 'endsWith':
        return text(value).endsWith(other);
      default:
        return this.#regexes.get(other)?.full(text(value)) === true;
    }
  }
}

function orError(value: CelValue | undefined, name: string): CelValue {
  if (value === undefined) throw new CelError(`no ${name}`);
  return value;
}

function number(value: CelValue): number {
  if (typeof value !== 'number') throw new CelError('not a number');
  return value;
}

function text(value: CelValue): string {
  if (typeof value !== 'string') throw new CelError('not a text');
  return value;
}

function convert(name: string, value: CelValue): CelValue {
  switch (name) {
    case 'size':
      if (typeof value === 'string') return [...value].length;
      if (Array.isArray(value)) return value.length;
      if (isMap(value)) return value.keys().length;
      throw new CelError('no size');
    case 'string':
      if (typeof value === 'object') throw new CelError('no text for it');
      return String(value);
    case 'duration':
      return orError(durationOf(text(value)), `duration ${String(value)}`);
    case 'timestamp': {
      const ms = Date.parse(text(value));
      if (Number.isNaN(ms)) throw new CelError(`no time ${String(value)}`);
      return { kind: 'timestamp', ms };
    }
    default: {
      const parsed = typeof value === 'string' ? Number(value) : number(value);
      if (Number.isNaN(parsed)) throw new CelError('not a number');
      return name === 'int' ? Math.trunc(parsed) : parsed;
    }
  }
}

function equal(left: CelValue, right: CelValue): boolean {
  if (isTime(left) && isTime(right)) return left.kind === right.kind && left.ms === right.ms;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((item: CelValue, i) => equal(item, right[i]));
  return left === right;
}

function contains(container: CelValue, value: CelValue): boolean {
  if (isMap(container)) return typeof value === 'string' && container.get(value) !== undefined;
  if (Array.isArray(container)) return container.some((item: CelValue) => equal(item, value));
  throw new CelError('neither a map nor a list');
}

/** Below, at or above zero, for values of one kind. */
function compare(left: CelValue, right: CelValue): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  if (isTime(left) && isTime(right) && left.kind === right.kind) return left.ms - right.ms;
  throw new CelError('not to be compared');
}

function binary(operator: BinaryOperator, left: CelValue, right: CelValue): CelValue {
  switch (operator) {
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case 'in':
      return contains(right, left);
    case '<':
      return compare(left, right) < 0;
    case '<=':
      return compare(left, right) <= 0;
    case '>':
      return compare(left, right) > 0;
    case '>=':
      return compare(left, right) >= 0;
    case '+':
      return typeof left === 'string' ? left + text(right) : number(left) + number(right);
    case '-':
      return number(left) - number(right);
    case '*':
      return number(left) * number(right);
    case '/':
    case '%': {
      const divisor = number(right);
      if (divisor === 0) throw new CelError('division by zero');
      return operator === '/' ? number(left) / divisor : number(left) % divisor;
    }
  }
}
