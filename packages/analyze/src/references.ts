export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/** `public` in the namespace that mentions it, or `edge/public`. */
export function parseReference(reference: string, namespace: string): ObjectName {
  const slash = reference.indexOf('/');
  return slash < 0
    ? { namespace, name: reference }
    : { namespace: reference.slice(0, slash), name: reference.slice(slash + 1) };
}
