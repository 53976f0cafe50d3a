import { fromBinary } from '@bufbuild/protobuf';
import type { RouteAction as RouteActionMessage } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { UriTemplateRewriteConfigSchema } from '@weft/xds/gen/envoy/extensions/path/rewrite/uri_template/v3/uri_template_rewrite_pb';
import type { RegexMatchAndSubstitute } from '@weft/xds/gen/envoy/type/matcher/v3/regex_pb';
import type { Issues } from '../decode/issues.ts';
import { checkSubstitution, compileRegex, type Regex } from '../match/regex.ts';
import type { RouteMatch } from '../match/route-match.ts';
import { compileTemplateRewrite } from '../match/uri-template.ts';
import type { HostRewrite, PathRewrite } from './route.ts';

const URI_TEMPLATE_REWRITE =
  'type.googleapis.com/envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig';
const KEEP: PathRewrite = { kind: 'none' };

export interface Substitution {
  readonly regex: Regex;
  readonly substitution: string;
}

export function compileSubstitution(message: RegexMatchAndSubstitute, at: string, issues: Issues): Substitution {
  const regex = compileRegex(message.pattern?.regex ?? '', `${at}.pattern.regex`, issues);
  if (message.pattern === undefined)
    issues.error(`${at}.pattern`, 'missing-field', 'is not given', 'a regular expression');
  checkSubstitution(regex, message.substitution, `${at}.substitution`, issues);
  return { regex, substitution: message.substitution };
}

/** What the replacement takes the place of: the prefix, or the whole path for every other kind of match. */
export function prefixRewrite(match: RouteMatch, replacement: string): PathRewrite {
  const byPrefix = match.pathKind === 'prefix' || match.pathKind === 'separated-prefix';
  return { kind: 'prefix', matchedLength: byPrefix ? match.path.length : -1, replacement };
}

export function compilePathRewrite(
  message: RouteActionMessage,
  match: RouteMatch,
  at: string,
  issues: Issues,
): PathRewrite {
  const given = [
    message.prefixRewrite !== '',
    message.regexRewrite !== undefined,
    message.pathRewritePolicy !== undefined,
  ];
  if (given.filter(Boolean).length > 1) {
    issues.error(
      at,
      'invalid-value',
      'has several path rewrites',
      'one of prefix_rewrite, regex_rewrite, path_rewrite_policy',
    );
  }
  if (message.prefixRewrite !== '') return prefixRewrite(match, message.prefixRewrite);
  if (message.regexRewrite !== undefined) {
    return { kind: 'regex', ...compileSubstitution(message.regexRewrite, `${at}.regex_rewrite`, issues) };
  }
  const policy = message.pathRewritePolicy;
  return policy === undefined ? KEEP : compileTemplate(policy.typedConfig, match, `${at}.path_rewrite_policy`, issues);
}

function compileTemplate(
  any: { readonly typeUrl: string; readonly value: Uint8Array } | undefined,
  match: RouteMatch,
  at: string,
  issues: Issues,
): PathRewrite {
  if (any?.typeUrl !== URI_TEMPLATE_REWRITE) {
    issues.error(at, 'unsupported-field', `\`${any?.typeUrl ?? ''}\` is not supported`, URI_TEMPLATE_REWRITE);
    return KEEP;
  }
  if (match.template === undefined) {
    issues.error(at, 'invalid-value', 'needs a path_match_policy of the same kind in the route match');
    return KEEP;
  }
  const source = fromBinary(UriTemplateRewriteConfigSchema, any.value).pathTemplateRewrite;
  const parts = compileTemplateRewrite(source, match.template, `${at}.typed_config.path_template_rewrite`, issues);
  return { kind: 'template', template: { match: match.template.regex, parts } };
}

export function compileHostRewrite(
  specifier: RouteActionMessage['hostRewriteSpecifier'],
  at: string,
  issues: Issues,
): HostRewrite {
  switch (specifier.case) {
    case 'hostRewriteLiteral':
      return { kind: 'literal', host: specifier.value };
    case 'autoHostRewrite':
      return { kind: specifier.value.value ? 'auto' : 'none' };
    case 'hostRewriteHeader':
      return { kind: 'header', name: specifier.value.toLowerCase() };
    case 'hostRewritePathRegex':
      return { kind: 'path-regex', ...compileSubstitution(specifier.value, `${at}.host_rewrite_path_regex`, issues) };
    default:
      return { kind: 'none' };
  }
}
