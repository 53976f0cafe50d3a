import { createRegistry, type DescFile, type Registry } from '@bufbuild/protobuf';
import { PROTO_FILES } from '../protos.ts';

let loading: Promise<Registry> | undefined;

/**
 * Every message this package generates, by type URL, so that resources can be printed as JSON with their extensions. Loaded on first use:
 * a process that prints nothing does not pay for it.
 */
export function loadMessageRegistry(): Promise<Registry> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Registry> {
  const modules: readonly object[] = await Promise.all(
    PROTO_FILES.map((proto) => import(`../gen/${proto.replace(/\.proto$/, '_pb.js')}`)),
  );
  return createRegistry(...modules.flatMap((module) => Object.values(module).filter(isFile)));
}

function isFile(value: unknown): value is DescFile {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'file';
}
