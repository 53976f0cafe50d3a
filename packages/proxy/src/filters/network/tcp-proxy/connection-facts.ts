/** Answers command operators (`%REQUESTED_SERVER_NAME%`, …) from a connection's record, which is all that is known of it. */
import type { FormatContext, MetadataOperator, StreamOperator } from '@weft/engine';
import type { LogContext } from '../../../telemetry/access-log/operator.ts';
import { OPERATORS } from '../../../telemetry/access-log/operators.ts';
import type { AccessRecord } from '../../../telemetry/access-record.ts';

/** There are no requests on a TCP connection, so what operators ask of one is empty. */
export class ConnectionFacts implements FormatContext {
  readonly requestHeaders: readonly string[] = [];
  readonly method = '';
  readonly path = '';
  readonly authority = '';
  readonly scheme = '';
  readonly responseHeaders = undefined;
  readonly responseTrailers = undefined;
  readonly #record: AccessRecord;
  readonly #context: LogContext;

  constructor(record: AccessRecord, context: LogContext) {
    this.#record = record;
    this.#context = context;
  }

  stream(operator: StreamOperator, argument: string | undefined): string | undefined {
    return this.#read(operator, argument);
  }

  metadata(source: MetadataOperator, path: readonly string[]): string | undefined {
    return this.#read(source, path.join(':'));
  }

  environment(name: string): string | undefined {
    return this.#context.environment(name);
  }

  #read(operator: string, argument: string | undefined): string | undefined {
    const read = OPERATORS[operator]?.(argument, this.#context);
    const value = typeof read === 'function' ? read(this.#record) : undefined;
    return value === undefined || value === '' ? undefined : String(value);
  }
}
