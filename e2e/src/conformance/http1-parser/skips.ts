import type { Http1Case } from './cases.ts';

/** Properties of a case that make it say nothing about a strict parser, each with the reason. */
const SKIPS: readonly {
  readonly when: (one: Http1Case, all: readonly Http1Case[]) => boolean;
  readonly reason: string;
}[] = [
  {
    when: (one, all) => one.lenient === true && !hasStrictTwin(one, all),
    reason:
      'the result under a leniency flag, and the same input without the flag is not in the file: this parser has no such flags',
  },
  {
    when: (one) => one.meta.skipBody === true,
    reason:
      "the caller tells llhttp to treat the body as absent: an interface of llhttp's, and here a way to lose the framing",
  },
  {
    when: (one) => one.reason === 'Expected space after method' && /^[!#$%&'*+.^_`|~\w-]+ /.test(one.input),
    reason: 'a method that llhttp does not know: any token is one (RFC 9110 §9.1), and a proxy forwards it',
  },
];

/** Why a case is not run, or undefined. */
export function skipReason(one: Http1Case, all: readonly Http1Case[]): string | undefined {
  return SKIPS.find(({ when }) => when(one, all))?.reason;
}

/** Whether the file also says that the same input is refused without the flag; then the lenient case is run as a refusal. */
function hasStrictTwin(one: Http1Case, all: readonly Http1Case[]): boolean {
  return all.some((other) => other.lenient !== true && other.input === one.input && other.expect === 'error');
}
