/** Whether the parts occur one after another, with anything between them (HealthCheck.TcpHealthCheck.receive). */
export function containsParts(bytes: Buffer, parts: readonly Uint8Array[]): boolean {
  let from = 0;
  for (const part of parts) {
    const at = bytes.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return true;
}
