import type { DescMessage, Message, MessageInitShape } from '@bufbuild/protobuf';

/** The fields of a message that is still being put together: unlike MessageInitShape never the finished message, so it can be spread. */
export type Init<D extends DescMessage> = Exclude<MessageInitShape<D>, Message>;
