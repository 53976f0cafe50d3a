/** An address as 4 or 16 numbers; undefined when `text` is none. An IPv4 address mapped into IPv6 is read as IPv4. */
export function parseIp(text: string): readonly number[] | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

/** Digit by digit: thousands of endpoints are read at once, and a regular expression makes three arrays of each. */
function parseV4(text: string): readonly number[] | undefined {
  const bytes = [0, 0, 0, 0];
  let at = 0;
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) {
      if (digits === 0 || ++at === 4) return undefined;
      digits = 0;
      continue;
    }
    const digit = code - 0x30;
    if (digit < 0 || digit > 9 || ++digits > 3) return undefined;
    bytes[at] = bytes[at]! * 10 + digit;
    if (bytes[at]! > 255) return undefined;
  }
  return at === 3 && digits > 0 ? bytes : undefined;
}

function parseV6(text: string): readonly number[] | undefined {
  const plain = text.replace(/%.*$/, '');
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? '');
  const tail = halves.length === 2 ? groups(halves[1] ?? '') : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  const bytes = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return mapped ? bytes.slice(12) : bytes;
}

function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      const v4 = i === parts.length - 1 ? parseV4(part) : undefined;
      if (v4 === undefined) return undefined;
      bytes.push(...v4);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      const group = Number.parseInt(part, 16);
      bytes.push(group >> 8, group & 255);
    } else return undefined;
  }
  return bytes;
}

/** A CIDR range. */
export interface IpRange {
  readonly bytes: readonly number[];
  readonly bits: number;
  /** `10.0.0.0/8`. */
  readonly text: string;
}

export function parseRange(address: string, bits: number): IpRange | undefined {
  const bytes = parseIp(address);
  if (bytes === undefined || bits < 0 || bits > bytes.length * 8) return undefined;
  return { bytes, bits, text: `${address}/${bits}` };
}

export function inRange(range: IpRange, ip: readonly number[]): boolean {
  if (ip.length !== range.bytes.length) return false;
  const whole = range.bits >> 3;
  for (let i = 0; i < whole; i++) if (ip[i] !== range.bytes[i]) return false;
  const rest = range.bits & 7;
  return rest === 0 || (ip[whole]! ^ range.bytes[whole]!) >> (8 - rest) === 0;
}

export function isLoopback(ip: readonly number[]): boolean {
  return ip.length === 4 ? ip[0] === 127 : ip.every((byte, i) => byte === (i === 15 ? 1 : 0));
}
