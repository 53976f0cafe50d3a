/**
 * An address or CIDR block in one form: `<address>/<bits>` with nothing set behind the prefix, so that equal blocks are equal text. Two
 * filter chains with the same block would make a proxy refuse the listener.
 */
export function canonicalBlock(text: string): string {
  const [address = '', said] = text.split('/');
  const isV6 = address.includes(':');
  const width = isV6 ? 128 : 32;
  const bits = said === undefined ? width : Math.min(Number(said), width);
  const size = isV6 ? 16 : 8;
  const groups = isV6 ? ipv6Groups(address) : address.split('.').map(Number);
  const masked = groups.map((group, i) => {
    const kept = Math.max(0, Math.min(size, bits - i * size));
    return group & (((1 << size) - 1) ^ ((1 << (size - kept)) - 1));
  });
  return `${isV6 ? masked.map((group) => group.toString(16)).join(':') : masked.join('.')}/${bits}`;
}

/** Eight numbers; `::` stands for the zeros that are missing. */
function ipv6Groups(address: string): readonly number[] {
  const [head = '', tail] = address.split('::');
  const parse = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const before = parse(head);
  const after = parse(tail ?? '');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: Math.max(0, zeros) }, () => 0), ...after];
}
