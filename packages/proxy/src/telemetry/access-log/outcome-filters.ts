/** Filters by how a request ended: status, duration, flags, gRPC status. */
import {
  type ComparisonFilter,
  ComparisonFilter_Op,
  type GrpcStatusFilter,
} from '@weft/xds/gen/envoy/config/accesslog/v3/accesslog_pb';
import { grpcStatusOfHttp } from '../../stream/grpc-reply.ts';
import type { AccessRecord } from '../access-record.ts';
import { grpcStatusOf } from './grpc-status.ts';
import { type FilterCompiling, type RecordFilter, refuse } from './record-filter.ts';
import { RESPONSE_FLAGS } from './response-flags.ts';

const COMPARE: Readonly<Record<ComparisonFilter_Op, (left: number, right: number) => boolean>> = {
  [ComparisonFilter_Op.EQ]: (left, right) => left === right,
  [ComparisonFilter_Op.GE]: (left, right) => left >= right,
  [ComparisonFilter_Op.LE]: (left, right) => left <= right,
};

export function comparison(
  filter: ComparisonFilter | undefined,
  read: (record: AccessRecord) => number,
  at: string,
  compiling: FilterCompiling,
): RecordFilter {
  const compare = filter === undefined ? undefined : COMPARE[filter.op];
  // The runtime key is an override of this default; without a runtime the default is the value.
  const limit = filter?.value?.defaultValue;
  if (compare === undefined || limit === undefined)
    return refuse(compiling, at, 'needs an operator and a value to compare with');
  return (record) => compare(read(record), limit);
}

export function responseFlags(wanted: readonly string[], at: string, compiling: FilterCompiling): RecordFilter {
  for (const flag of wanted) {
    if (!Object.hasOwn(RESPONSE_FLAGS, flag))
      refuse(compiling, at, `${flag} is no response flag`, Object.keys(RESPONSE_FLAGS).join(', '));
  }
  if (wanted.length === 0) return (record) => record.responseFlags !== '';
  return (record) =>
    record.responseFlags !== '' && record.responseFlags.split(',').some((flag) => wanted.includes(flag));
}

/** A response without a gRPC status has the one that its HTTP status stands for. */
export function grpcStatus({ statuses, exclude }: GrpcStatusFilter): RecordFilter {
  const wanted = new Set<number>(statuses);
  return (record) => {
    const text = grpcStatusOf(record);
    const status = text === undefined ? grpcStatusOfHttp(record.responseCode) : Number(text);
    return wanted.has(status) !== exclude;
  };
}
