// Everything that could end a line, end a quoted field or drive a terminal: C0, DEL, C1, the two Unicode line separators, quote, backslash.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is looked for
const UNSAFE = /[\u0000-\u001f"\\\u007f-\u009f\u2028\u2029]/;
const UNSAFE_ALL = new RegExp(UNSAFE, 'g');

function escapeOne(char: string): string {
  if (char === '"' || char === '\\') return `\\${char}`;
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * A foreign value made safe inside a log line, with JSON's escapes, so that no client can forge a line or close a quote.
 * The same text is right inside a JSON string.
 */
export function escapeLogValue(value: string): string {
  return UNSAFE.test(value) ? value.replace(UNSAFE_ALL, escapeOne) : value;
}
