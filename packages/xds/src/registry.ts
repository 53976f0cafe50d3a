import { createRequire } from 'node:module';
import { createRegistry, type DescFile, type Registry } from '@bufbuild/protobuf';
import {
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
} from '@bufbuild/protobuf/wkt';
import { FOREIGN_PROTO_FILES } from '../foreign-protos.ts';
import { PROTO_FILES } from '../protos.ts';

let loaded: Registry | undefined;

/**
 * Every message this package generates, by name, so that extensions can be printed as JSON and read from it. Loaded on first use, which
 * takes tens of milliseconds: a process that does neither does not pay for it.
 */
export function messageRegistry(): Registry {
  loaded ??= load();
  return loaded;
}

/**
 * The same registry for a reader of JSON that rarely meets an Any: nothing is loaded until one is looked up. What a proxy reads at its start
 * goes through this one.
 */
export const MESSAGES_ON_DEMAND: Registry = {
  kind: 'registry',
  [Symbol.iterator]: () => messageRegistry()[Symbol.iterator](),
  get: (name) => messageRegistry().get(name),
  getMessage: (name) => messageRegistry().getMessage(name),
  getEnum: (name) => messageRegistry().getEnum(name),
  getExtension: (name) => messageRegistry().getExtension(name),
  getExtensionFor: (extendee, no) => messageRegistry().getExtensionFor(extendee, no),
  getService: (name) => messageRegistry().getService(name),
};

function load(): Registry {
  const require = createRequire(import.meta.url);
  const modules: readonly object[] = [...PROTO_FILES, ...FOREIGN_PROTO_FILES].map((proto) =>
    require(`../gen/${proto.replace(/\.proto$/, '_pb.js')}`),
  );
  return createRegistry(
    file_google_protobuf_any,
    file_google_protobuf_duration,
    file_google_protobuf_empty,
    file_google_protobuf_struct,
    file_google_protobuf_timestamp,
    file_google_protobuf_wrappers,
    ...modules.flatMap((module) => Object.values(module).filter(isFile)),
  );
}

const FOREIGN: ReadonlySet<string> = new Set(FOREIGN_PROTO_FILES.map((proto) => proto.replace(/\.proto$/, '')));

/** Whether a message is one that only other data planes run; false for what is not known at all. */
export function isForeignMessage(typeName: string): boolean {
  const file = messageRegistry().getMessage(typeName)?.file.name;
  return file !== undefined && FOREIGN.has(file);
}

function isFile(value: unknown): value is DescFile {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'file';
}
