import { IS_TOKEN } from './char-tables.ts';

/** Connection options the codec acts on, as bits. */
export const CLOSE = 1;
export const KEEP_ALIVE = 2;
export const UPGRADES = 4;

/** @hot The bits of a Connection value (RFC 9110 §7.6.1); options the codec does not know are left to `stripHopByHop`. */
export function connectionOptions(value: string): number {
  if (value === 'keep-alive') return KEEP_ALIVE;
  if (value === 'close') return CLOSE;
  let bits = 0;
  for (const option of value.toLowerCase().split(',')) {
    const name = option.trim();
    if (name === 'close') bits |= CLOSE;
    else if (name === 'keep-alive') bits |= KEEP_ALIVE;
    else if (name === 'upgrade') bits |= UPGRADES;
  }
  return bits;
}

/** @hot The length of `1*DIGIT`, or -1: empty, a list, a sign, or more than fits 2^53 - 1. */
export function parseContentLength(value: string): number {
  if (value.length === 0) return -1;
  let length = 0;
  for (let i = 0; i < value.length; i++) {
    const digit = value.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  return length > Number.MAX_SAFE_INTEGER ? -1 : length;
}

/** What Transfer-Encoding says: whether `chunked` comes last, and the other codings in order (`identity` means nothing and is left out). */
export interface TransferCodings {
  readonly chunkedLast: boolean;
  readonly others: readonly string[];
}

const JUST_CHUNKED: TransferCodings = { chunkedLast: true, others: [] };

/** The codings of a Transfer-Encoding value, or undefined if it is not a list of tokens or says `chunked` twice. */
export function parseTransferCodings(value: string): TransferCodings | undefined {
  if (value === 'chunked') return JUST_CHUNKED;
  const others: string[] = [];
  let chunked = 0;
  let last = '';
  for (const element of value.split(',')) {
    const coding = trimOws(element).toLowerCase();
    if (coding.length === 0 || !isToken(coding)) return undefined;
    last = coding;
    if (coding === 'chunked') chunked++;
    if (coding !== 'identity') others.push(coding);
  }
  if (chunked > 1) return undefined;
  if (last === 'chunked') others.pop();
  return { chunkedLast: last === 'chunked', others };
}

// String.trim would also take 0x0b, 0x0c and 0xa0 away, and with them the difference between `chunked` and a disguise of it.
function trimOws(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && (text[start] === ' ' || text[start] === '\t')) start++;
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return text.substring(start, end);
}

function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (IS_TOKEN[text.charCodeAt(i)] !== 1) return false;
  return true;
}
