import { isCode, MESSAGES } from '@weft/analyze';
import type { Issue, Severity } from '@weft/base';

/** A message as scripts read it. */
interface JsonMessage extends Issue {
  readonly name: string;
  readonly documentation: string;
}

interface MessagesJson {
  readonly objects: number;
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly messages: readonly JsonMessage[];
}

/** Istio's page about a code. */
export function documentationOf(code: string): string {
  return `https://istio.io/latest/docs/reference/config/analysis/${code.toLowerCase()}/`;
}

/** Istio's name of a code. */
export function nameOf(code: string): string {
  return isCode(code) ? MESSAGES[code].name : code;
}

export function messagesJson(issues: readonly Issue[], objects: number): MessagesJson {
  const count = (level: Severity): number => issues.filter(({ severity }) => severity === level).length;
  return {
    objects,
    errors: count('error'),
    warnings: count('warning'),
    infos: count('info'),
    messages: issues.map((issue) => ({
      ...issue,
      name: nameOf(issue.code),
      documentation: documentationOf(issue.code),
    })),
  };
}
