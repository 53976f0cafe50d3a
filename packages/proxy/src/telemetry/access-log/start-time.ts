/** %START_TIME% and %START_TIME(format)%. */

let cachedSecond = -1;
let cachedPrefix = '';

/** @hot `2016-04-15T20:17:00.310Z`. Requests of one second share all but the milliseconds. */
export function isoTime(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  if (second !== cachedSecond) {
    cachedSecond = second;
    cachedPrefix = new Date(second * 1000).toISOString().slice(0, 20);
  }
  const ms = Math.floor(epochMs - second * 1000);
  return `${cachedPrefix}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`;
}

type Piece = (date: Date) => string;

const two = (n: number): string => String(n).padStart(2, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

const CONVERSIONS: Readonly<Record<string, Piece>> = {
  Y: (d) => String(d.getUTCFullYear()),
  y: (d) => two(d.getUTCFullYear() % 100),
  m: (d) => two(d.getUTCMonth() + 1),
  d: (d) => two(d.getUTCDate()),
  e: (d) => String(d.getUTCDate()).padStart(2),
  H: (d) => two(d.getUTCHours()),
  M: (d) => two(d.getUTCMinutes()),
  S: (d) => two(d.getUTCSeconds()),
  s: (d) => String(Math.floor(d.getTime() / 1000)),
  F: (d) => d.toISOString().slice(0, 10),
  T: (d) => d.toISOString().slice(11, 19),
  b: (d) => MONTHS[d.getUTCMonth()] ?? '',
  a: (d) => DAYS[d.getUTCDay()] ?? '',
  Z: () => 'UTC',
  z: () => '+0000',
  '%': () => '%',
};

/** Fractions of a second with `digits` places; the clock knows three. */
function fraction(digits: number): Piece {
  return (d) => String(d.getUTCMilliseconds()).padStart(3, '0').padEnd(9, '0').slice(0, digits);
}

/**
 * Compiles a strftime format with Envoy's `%f`, `%3f` … `%9f` for fractions. Returns the first conversion it does not know instead of
 * printing it as it stands.
 */
export function compileTimeFormat(format: string): ((epochMs: number) => string) | { readonly unknown: string } {
  const pieces: Piece[] = [];
  for (const [whole, digits, letter] of format.matchAll(/%(\d?)(.)|[^%]+|%$/g)) {
    if (letter === undefined) {
      pieces.push(() => whole);
    } else if (letter === 'f') {
      pieces.push(fraction(digits === '' ? 9 : Number(digits)));
    } else {
      const piece = digits === '' ? CONVERSIONS[letter] : undefined;
      if (piece === undefined) return { unknown: whole };
      pieces.push(piece);
    }
  }
  return (epochMs) => {
    const date = new Date(epochMs);
    return pieces.map((piece) => piece(date)).join('');
  };
}
