import { EXIT, type ExitName } from './exit-code.ts';

/** An end of a command that was foreseen: the message is for people, without a stack, and the exit code is from the table. */
export class Failure extends Error {
  readonly exit: ExitName;
  readonly hint: string | undefined;

  constructor(exit: ExitName, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Failure';
    this.exit = exit;
    this.hint = hint;
  }

  get exitCode(): number {
    return EXIT[this.exit].code;
  }
}

/** The message of anything thrown, with the causes that explain it. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${messageOf(error.cause)}` : '';
  return `${error.message}${cause}`;
}
