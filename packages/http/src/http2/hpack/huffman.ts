/**
 * The Huffman code of HPACK (RFC 7541 §5.2 and Appendix B). The code is canonical, so the bit lengths of the 256 bytes and EOS
 * say everything; codes and the decoding automaton are derived from them once.
 */
const BIT_LENGTHS: Uint8Array = Uint8Array.from(
  `13 23 28 28 28 28 28 28 28 24 30 28 28 30 28 28 28 28 28 28 28 28 30 28 28 28 28 28 28 28 28 28
   6 10 10 12 13 6 8 11 10 10 8 11 8 6 6 6 5 5 5 6 6 6 6 6 6 6 7 8 15 6 12 10
   13 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 8 7 8 13 19 13 14 6
   15 5 6 5 6 5 6 6 6 5 7 7 6 6 6 5 6 7 6 5 5 6 7 7 7 7 7 15 11 14 13 28
   20 22 20 20 22 22 22 23 22 23 23 23 23 23 24 23 24 24 22 23 24 23 23 23 23 21 22 23 22 23 23 24
   22 21 20 22 22 23 23 21 23 22 22 24 21 22 23 23 21 21 22 21 23 22 23 23 20 22 22 22 23 22 22 23
   26 26 20 19 22 23 22 25 26 26 26 27 27 26 24 25 19 21 26 27 27 26 27 24 21 21 26 26 28 27 27 27
   20 24 20 21 22 21 21 23 22 22 25 25 24 24 26 23 26 27 26 26 27 27 27 27 27 28 27 27 27 27 27 26
   30`
    .trim()
    .split(/\s+/),
  Number,
);
const EOS = 256;
const CODES = new Uint32Array(257);

/**
 * The decoding automaton takes four bits at a time: state × nibble → next state, and the byte completed on the way, if any (the
 * shortest code has five bits, so at most one). States are the inner nodes of the code tree; 0 is the root.
 */
const FAIL = 0xffff;
const NO_SYMBOL = 0xffff;
let nextState: Uint16Array;
let symbolOut: Uint16Array;
/** Whether input may end in a state: after at most seven bits, all ones (RFC 7541 §5.2). */
let mayEnd: Uint8Array;

function assignCodes(): void {
  const order = Array.from({ length: 257 }, (_, symbol) => symbol).sort(
    (a, b) => BIT_LENGTHS[a]! - BIT_LENGTHS[b]! || a - b,
  );
  let code = 0;
  let length = 0;
  for (const symbol of order) {
    code *= 2 ** (BIT_LENGTHS[symbol]! - length);
    length = BIT_LENGTHS[symbol]!;
    CODES[symbol] = code;
    code++;
  }
}

/** Children of each inner node: [on 0, on 1]; negative means the leaf of symbol -(n + 1). */
function buildTree(): number[][] {
  const tree: number[][] = [[0, 0]];
  for (let symbol = 0; symbol <= EOS; symbol++) {
    let node = 0;
    for (let bit = BIT_LENGTHS[symbol]! - 1; bit >= 0; bit--) {
      const branch = (CODES[symbol]! >>> bit) & 1;
      if (bit === 0) tree[node]![branch] = -(symbol + 1);
      else {
        if (tree[node]![branch] === 0) tree[node]![branch] = tree.push([0, 0]) - 1;
        node = tree[node]![branch]!;
      }
    }
  }
  return tree;
}

function buildAutomaton(tree: readonly (readonly number[])[]): void {
  nextState = new Uint16Array(tree.length * 16);
  symbolOut = new Uint16Array(tree.length * 16).fill(NO_SYMBOL);
  for (let state = 0; state < tree.length; state++) {
    for (let nibble = 0; nibble < 16; nibble++) {
      let node = state;
      for (let bit = 3; bit >= 0 && node !== FAIL; bit--) {
        const child = tree[node]![(nibble >>> bit) & 1]!;
        if (child >= 0) node = child;
        else if (child === -(EOS + 1)) node = FAIL;
        else {
          symbolOut[state * 16 + nibble] = -child - 1;
          node = 0;
        }
      }
      nextState[state * 16 + nibble] = node;
    }
  }
  mayEnd = new Uint8Array(tree.length);
  let node = 0;
  for (let ones = 0; ones <= 7; ones++) {
    mayEnd[node] = 1;
    node = tree[node]![1]!;
  }
}

assignCodes();
buildAutomaton(buildTree());

let scratch: Buffer = Buffer.allocUnsafeSlow(4096);

/** @hot The text coded in `bytes[start, end)`, as latin1; undefined when it is not valid (EOS inside, wrong padding). */
export function huffmanDecode(bytes: Uint8Array, start: number, end: number): string | undefined {
  // Five bits at least per symbol.
  const most = ((end - start) * 8) / 5 + 1;
  if (most > scratch.length) scratch = Buffer.allocUnsafeSlow(most * 2);
  const out = scratch;
  let length = 0;
  let state = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    const high = (state << 4) | (byte >>> 4);
    state = nextState[high]!;
    if (state === FAIL) return undefined;
    const first = symbolOut[high]!;
    if (first !== NO_SYMBOL) out[length++] = first;
    const low = (state << 4) | (byte & 15);
    state = nextState[low]!;
    if (state === FAIL) return undefined;
    const second = symbolOut[low]!;
    if (second !== NO_SYMBOL) out[length++] = second;
  }
  return mayEnd[state] === 1 ? out.toString('latin1', 0, length) : undefined;
}

/** @hot The length of `text` (latin1) when coded, in bytes. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += BIT_LENGTHS[text.charCodeAt(i) & 0xff]!;
  return (bits + 7) >>> 3;
}

/** @hot Writes `text` coded at `offset`; there must be room for `huffmanLength(text)` bytes. Returns the offset behind it. */
export function huffmanEncode(text: string, out: Uint8Array, offset: number): number {
  let at = offset;
  // Fewer than eight bits wait between symbols; with a code of up to 30 bits they need more than 32, so long codes go in two steps.
  let bits = 0;
  let waiting = 0;
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i) & 0xff;
    let code = CODES[symbol]!;
    let length = BIT_LENGTHS[symbol]!;
    if (length > 16) {
      const high = length - 16;
      bits = (bits << high) | (code >>> 16);
      waiting += high;
      code &= 0xffff;
      length = 16;
      while (waiting >= 8) {
        waiting -= 8;
        out[at++] = bits >>> waiting;
      }
      bits &= (1 << waiting) - 1;
    }
    bits = (bits << length) | code;
    waiting += length;
    while (waiting >= 8) {
      waiting -= 8;
      out[at++] = bits >>> waiting;
    }
    bits &= (1 << waiting) - 1;
  }
  if (waiting > 0) out[at++] = (bits << (8 - waiting)) | (0xff >>> waiting);
  return at;
}
