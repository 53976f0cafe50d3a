/** Who may see an object: `*` in it is everybody; empty is nobody. */
export type Visibility = ReadonlySet<string>;

/** `exportTo` with `.` replaced and `~` (nobody) honoured; what is not said comes from the mesh default (`*` unless changed). */
export function visibilityOf(
  exportTo: readonly string[] | undefined,
  namespace: string,
  meshDefault: readonly string[],
): Visibility {
  const said = exportTo === undefined || exportTo.length === 0 ? meshDefault : exportTo;
  const seen = new Set<string>();
  for (const entry of said) {
    if (entry === '~') return new Set();
    seen.add(entry === '.' ? namespace : entry);
  }
  return seen;
}

export function isVisible(visibility: Visibility, namespace: string): boolean {
  return visibility.has('*') || visibility.has(namespace);
}
