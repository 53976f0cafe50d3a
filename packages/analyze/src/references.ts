export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/** `public` or `./public` in the namespace that mentions it, or `edge/public`. */
export function parseReference(reference: string, namespace: string): ObjectName {
  const slash = reference.indexOf('/');
  if (slash < 0) return { namespace, name: reference };
  const written = reference.slice(0, slash);
  return { namespace: written === '.' ? namespace : written, name: reference.slice(slash + 1) };
}
