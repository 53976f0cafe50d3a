/**
 * Text that every string matching the whole of `pattern` starts with, read off its beginning; empty when none is evident. Lets the
 * route index skip regular expressions that cannot match a path.
 */
export function literalPrefix(pattern: string): string {
  if (hasTopLevelAlternative(pattern)) return '';
  let prefix = '';
  let i = pattern.startsWith('^') ? 1 : 0;
  while (i < pattern.length) {
    let c = pattern[i] ?? '';
    let width = 1;
    if (c === '\\') {
      c = pattern[i + 1] ?? '';
      width = 2;
      if (!/^[\\^$.|?*+()[\]{}/\-_]$/.test(c)) break;
    } else if (/[\^$.|?*+()[\]{}]/.test(c)) break;
    const after = pattern[i + width] ?? '';
    // A quantifier that allows zero takes the character back; `+` keeps it, and nothing after it is certain.
    if (after === '*' || after === '?' || after === '{') break;
    prefix += c;
    if (after === '+') break;
    i += width;
  }
  // Half of a surrogate pair would not be a prefix of anything that is compared by code units of well-formed text.
  return /[\ud800-\udfff]/.test(prefix) ? '' : prefix;
}

function hasTopLevelAlternative(pattern: string): boolean {
  let depth = 0;
  let inClass = false;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === '\\') {
      // \Q…\E quotes everything; rare enough to give up on.
      if (pattern[i + 1] === 'Q') return true;
      i++;
    } else if (inClass) {
      // [:alpha:] inside a class ends with a bracket that does not end the class.
      if (c === '[' && pattern[i + 1] === ':') i = Math.max(i, pattern.indexOf(':]', i) + 1);
      else if (c === ']') inClass = false;
    } else if (c === '[') {
      inClass = true;
      if (pattern[i + 1] === ']') i++;
      else if (pattern[i + 1] === '^' && pattern[i + 2] === ']') i += 2;
    } else if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (c === '|' && depth === 0) return true;
  }
  return false;
}
