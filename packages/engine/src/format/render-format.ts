import { joinedValue } from '../match/header-match.ts';
import type { Format, FormatContext, FormatPart } from './format.ts';

/** Renders `format`; what is not known becomes `missing` (`-` in access logs, nothing in headers). */
export function renderFormat(format: Format, context: FormatContext, missing: string): string {
  if (format.literal !== undefined) return format.literal;
  let out = '';
  for (const part of format.parts) out += renderPart(part, context) ?? missing;
  return out;
}

/** The value of one part; undefined when it is not known. For callers that keep types, such as JSON access logs. */
function renderPart(part: FormatPart, context: FormatContext): string | undefined {
  if (part.kind === 'text') return part.text;
  const value = knownValue(part, context);
  return value === undefined || part.maxLength === undefined ? value : value.slice(0, part.maxLength);
}

function knownValue(part: Exclude<FormatPart, { kind: 'text' }>, context: FormatContext): string | undefined {
  switch (part.kind) {
    case 'request':
      return (
        requestValue(context, part.name) ?? (part.orName === undefined ? undefined : requestValue(context, part.orName))
      );
    case 'response':
      return fromList(context.responseHeaders, part.name, part.orName);
    case 'trailer':
      return fromList(context.responseTrailers, part.name, part.orName);
    case 'stream':
      return context.stream(part.operator, part.argument);
    case 'metadata':
      return context.metadata(part.source, part.path);
    case 'environment':
      return context.environment(part.name);
  }
}

function fromList(list: readonly string[] | undefined, name: string, orName: string | undefined): string | undefined {
  if (list === undefined) return undefined;
  return joinedValue(list, name) ?? (orName === undefined ? undefined : joinedValue(list, orName));
}

function requestValue(context: FormatContext, name: string): string | undefined {
  switch (name) {
    case ':path':
      return context.path;
    case ':method':
      return context.method;
    case ':authority':
    case 'host':
      return context.authority;
    case ':scheme':
      return context.scheme;
    default:
      return joinedValue(context.requestHeaders, name);
  }
}
