/** What `weft` exits with. Scripts rely on these numbers; docs/cli.md lists them from this table. */
export const EXIT = {
  ok: { code: 0, meaning: 'done' },
  failure: { code: 1, meaning: 'something failed; the message says what. Of `weft explain --diff`: something changes' },
  usage: { code: 2, meaning: 'unknown command or option, or a value that does not fit it' },
  invalidConfig: { code: 3, meaning: 'configuration is invalid; nothing was applied' },
  notFound: { code: 4, meaning: 'the object, workload or proxy does not exist' },
  conflict: { code: 5, meaning: 'the object changed since it was read, or it exists already' },
  timeout: { code: 6, meaning: 'a --wait or start-up did not finish in time, or a proxy refused the change' },
  unenforced: {
    code: 7,
    meaning: 'a security policy in the configuration is not enforced yet (see --allow-unenforced)',
  },
  portTaken: {
    code: 8,
    meaning: 'a port is in use; the message names the process and the option that chooses another',
  },
  unreachable: { code: 9, meaning: 'no control plane or admin endpoint answers at the address' },
  findings: { code: 10, meaning: '`weft analyze` found something at or above --failure-threshold' },
  commandNotFound: { code: 127, meaning: '`weft run`: the program to run does not exist' },
  interrupted: { code: 130, meaning: 'stopped by Ctrl-C (SIGINT)' },
  terminated: { code: 143, meaning: 'stopped by SIGTERM' },
} as const;

export type ExitName = keyof typeof EXIT;

/** A shell's way to say that a process died of a signal: 128 plus its number. */
export function exitCodeOfSignal(signalNumber: number): number {
  return 128 + signalNumber;
}
