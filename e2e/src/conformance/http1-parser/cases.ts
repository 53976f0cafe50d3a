/** One case of llhttp_http1.json. Spans of all messages of the input are in one list each. */
export interface Http1Case {
  readonly file: string;
  readonly name: string;
  readonly meta: { readonly type?: string; readonly skipBody?: boolean; readonly pause?: string };
  /** Raw bytes as latin1. */
  readonly input: string;
  readonly expect: 'ok' | 'error';
  readonly reason?: string;
  readonly messages: number;
  readonly lenient?: boolean;
  readonly method?: readonly string[];
  readonly url?: readonly string[];
  readonly version?: readonly string[];
  readonly status?: readonly string[];
  readonly headerFields?: readonly string[];
  readonly headerValues?: readonly string[];
  readonly body?: readonly string[];
}

/** The cases of a parsed file; throws when it is not of that form. */
export function readCases(file: unknown): readonly Http1Case[] {
  if (typeof file !== 'object' || file === null || !('cases' in file) || !Array.isArray(file.cases)) {
    throw new TypeError('expected an object with a list "cases", as in llhttp_http1.json');
  }
  return file.cases.map((one: unknown, index) => {
    if (!isCase(one)) throw new TypeError(`cases[${index}]: expected "input", "expect", "meta" and "messages"`);
    return one;
  });
}

function isCase(one: unknown): one is Http1Case {
  return (
    typeof one === 'object' &&
    one !== null &&
    'input' in one &&
    typeof one.input === 'string' &&
    'expect' in one &&
    (one.expect === 'ok' || one.expect === 'error') &&
    'meta' in one &&
    typeof one.meta === 'object' &&
    'messages' in one &&
    typeof one.messages === 'number'
  );
}
