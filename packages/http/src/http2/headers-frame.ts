import type { FrameReader } from './frame-reader.ts';
import { PADDED, PRIORITY_FLAG } from './frames.ts';

/** Where the header block stands in a HEADERS frame (RFC 9113 §6.2). */
export interface HeadersFragment {
  readonly start: number;
  readonly end: number;
  /** Its (obsolete) priority names the stream itself. */
  readonly selfDependent: boolean;
}

/** @hot The fragment in the payload `bytes[start, end)`; undefined when padding or priority do not fit in it. */
export function headersFragment(
  frame: FrameReader,
  bytes: Buffer,
  start: number,
  end: number,
): HeadersFragment | undefined {
  let from = start;
  let to = end;
  if ((frame.flags & PADDED) !== 0) {
    if (from === end) return undefined;
    to -= bytes[from]!;
    from++;
  }
  let selfDependent = false;
  if ((frame.flags & PRIORITY_FLAG) !== 0) {
    if (from + 5 > to) return undefined;
    selfDependent = (bytes.readUInt32BE(from) & 0x7fff_ffff) === frame.streamId;
    from += 5;
  }
  return from > to ? undefined : { start: from, end: to, selfDependent };
}
