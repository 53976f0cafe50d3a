import type { Decoded } from '@weft/base';
import {
  checkFields,
  compileHeaderOps,
  type HeaderOp,
  Issues,
  SHARED_MESSAGES,
  type SupportedMessages,
} from '@weft/engine';
import type { HeaderMutation as Mutation } from '@weft/xds/gen/envoy/config/common/mutation_rules/v3/mutation_rules_pb';
import {
  type HeaderMutation,
  type HeaderMutationPerRoute,
  HeaderMutationPerRouteSchema,
  HeaderMutationSchema,
  type Mutations,
} from '@weft/xds/gen/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb';

/** Edits in the order to apply them; undefined when there are none. */
export interface HeaderEdits {
  readonly request: readonly HeaderOp[] | undefined;
  readonly response: readonly HeaderOp[] | undefined;
}

export interface HeaderMutationConfig extends HeaderEdits {
  /** The edits of the most specific level are applied last instead of first. */
  readonly specificWins: boolean;
}

const SUPPORTED: SupportedMessages = {
  ...SHARED_MESSAGES,
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation': {
    read: ['mutations', 'most_specific_header_mutations_wins'],
  },
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute': { read: ['mutations'] },
  'envoy.extensions.filters.http.header_mutation.v3.Mutations': { read: ['request_mutations', 'response_mutations'] },
  'envoy.config.common.mutation_rules.v3.HeaderMutation': { read: ['remove', 'append'] },
};

/** Unlike the lists of a route, removals and additions keep the order they stand in. */
function opsOf(mutations: readonly Mutation[], at: string, issues: Issues): readonly HeaderOp[] | undefined {
  const ops = mutations.flatMap(({ action }, i) => {
    const where = `${at}[${i}]`;
    if (action.case === 'remove') return compileHeaderOps([], [action.value], where, 'request', issues);
    if (action.case === 'append') return compileHeaderOps([action.value], [], where, 'request', issues);
    issues.error(where, 'missing-field', 'says nothing to do', 'one of remove, append');
    return [];
  });
  return ops.length === 0 ? undefined : ops;
}

function editsOf(mutations: Mutations | undefined, at: string, issues: Issues): HeaderEdits {
  return {
    request: opsOf(mutations?.requestMutations ?? [], `${at}.mutations.request_mutations`, issues),
    response: opsOf(mutations?.responseMutations ?? [], `${at}.mutations.response_mutations`, issues),
  };
}

export function decodeHeaderMutation(message: HeaderMutation, at: string): Decoded<HeaderMutationConfig> {
  const issues = new Issues('HeaderMutation');
  checkFields(HeaderMutationSchema, message, at, SUPPORTED, issues);
  return issues.end({
    ...editsOf(message.mutations, at, issues),
    specificWins: message.mostSpecificHeaderMutationsWins,
  });
}

export function decodeHeaderMutationRoute(message: HeaderMutationPerRoute, at: string): Decoded<HeaderEdits> {
  const issues = new Issues('HeaderMutationPerRoute');
  checkFields(HeaderMutationPerRouteSchema, message, at, SUPPORTED, issues);
  return issues.end(editsOf(message.mutations, at, issues));
}
