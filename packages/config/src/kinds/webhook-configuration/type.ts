import type { LabelSelector } from '../mesh-config/type.ts';

/**
 * What analysis reads of a MutatingWebhookConfiguration or ValidatingWebhookConfiguration: who is asked about which objects.
 *
 * https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/mutating-webhook-configuration-v1/
 */
export interface WebhookConfigurationSpec {
  readonly webhooks?: readonly Webhook[];
}

export interface Webhook {
  readonly name?: string;
  readonly clientConfig?: WebhookClientConfig;
  /** Absent selectors select everything. */
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
}

/** Where the webhook answers: a URL, or a Service. */
export interface WebhookClientConfig {
  readonly url?: string;
  readonly service?: { readonly namespace?: string; readonly name?: string };
}
