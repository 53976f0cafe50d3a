import type { Labels, Node } from '@weft/mesh';

/** What was asked of a node, in words that tell it from every other question, and how to ask another node the same. */
interface Question {
  readonly text: string;
  readonly ask: (node: Node) => unknown;
}

/** Results that depend on the same questions, by the answers to them. */
interface Shelf<T> {
  readonly questions: readonly Question[];
  readonly byAnswers: Map<string, T>;
}

/** Answers differ for each proxy here, so nothing is worth keeping. */
const NEVER_SHARED: ReadonlySet<string> = new Set(['id', 'ip', 'name']);
const MOST_PER_SHELF = 256;

/**
 * Results shared by all proxies that give the same answers to what was asked of the first one. The questions are written down while the
 * result is made, so there is no key to forget a part of: `make` sees the proxy's node only through a stand-in that takes notes. Whatever
 * else a result depends on must be fixed by `owner`, with which it lives.
 */
export class PerNode<T> {
  readonly #shelves = new WeakMap<object, Map<string, Shelf<T>>>();

  get(owner: object, node: Node, make: (node: Node) => T): T {
    const shelves = this.#shelves.get(owner) ?? new Map<string, Shelf<T>>();
    this.#shelves.set(owner, shelves);
    for (const { questions, byAnswers } of shelves.values()) {
      const known = byAnswers.get(answersOf(questions, node));
      if (known !== undefined) return known;
    }
    const questions = new Map<string, Question>();
    const value = make(noting(node, questions));
    if (questions.keys().some((text) => NEVER_SHARED.has(text))) return value;
    const id = [...questions.keys()].sort().join('\0');
    const shelf = shelves.get(id) ?? { questions: [...questions.values()], byAnswers: new Map<string, T>() };
    shelves.set(id, shelf);

    if (shelf.byAnswers.size < MOST_PER_SHELF) shelf.byAnswers.set(answersOf(shelf.questions, node), value);
    return value;
  }
}

const notes = new WeakMap<Node, { readonly node: Node; readonly questions: Map<string, Question> }>();

/**
 * Asks a node something about a field whose value nearly all proxies have for themselves. Reading the field would keep a result from
 * being shared; the answer to a narrower question need not. `text` must tell the question from every other one.
 */
export function ask<A extends string | number | boolean>(node: Node, text: string, question: (node: Node) => A): A {
  const taken = notes.get(node);
  if (taken === undefined) return question(node);
  taken.questions.set(text, { text, ask: question });
  return question(taken.node);
}

function answersOf(questions: readonly Question[], node: Node): string {
  return questions.map((question) => textOf(question.ask(node))).join('\0');
}

function textOf(answer: unknown): string {
  if (answer instanceof Map) return JSON.stringify([...answer]);
  return JSON.stringify(answer) ?? '';
}

function noting(node: Node, questions: Map<string, Question>): Node {
  const noted = observe(node, (field) => {
    if (field !== 'labels') note(questions, field, (other) => Reflect.get(other, field));
  });
  const labels = observe<Labels>(
    node.labels,
    (name) => note(questions, `labels.${name}`, (other) => other.labels[name]),
    () => note(questions, 'labels', (other) => Object.entries(other.labels).sort()),
  );
  const stand: Node = new Proxy(noted, {
    get: (target, field) => (field === 'labels' ? labels : Reflect.get(target, field)),
  });
  notes.set(stand, { node, questions });
  return stand;
}

function note(questions: Map<string, Question>, text: string, question: Question['ask']): void {
  if (!questions.has(text)) questions.set(text, { text, ask: question });
}

/** `target` as it is, but telling of each field that is looked at, and of a look at which fields there are. */
export function observe<O extends object>(target: O, read: (field: string) => unknown, listed?: () => unknown): O {
  const tell = (field: string | symbol): void => {
    if (typeof field === 'string') read(field);
  };
  return new Proxy(target, {
    get(object, field) {
      tell(field);
      return Reflect.get(object, field);
    },
    has(object, field) {
      tell(field);
      return Reflect.has(object, field);
    },
    getOwnPropertyDescriptor(object, field) {
      tell(field);
      return Reflect.getOwnPropertyDescriptor(object, field);
    },
    ownKeys(object) {
      listed?.();
      return Reflect.ownKeys(object);
    },
  });
}
