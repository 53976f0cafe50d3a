import { list, map, object, type Schema, text } from '../../schema/index.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../mesh-config/type.ts';
import type { Webhook, WebhookClientConfig, WebhookConfigurationSpec } from './type.ts';

const selector: Schema<LabelSelector> = object<LabelSelector>({
  matchLabels: map(text()),
  matchExpressions: list(object<LabelSelectorRequirement>({ key: text(), operator: text(), values: list(text()) })),
});

const clientConfig: Schema<WebhookClientConfig> = object<WebhookClientConfig>(
  {
    url: text(),
    service: object<NonNullable<WebhookClientConfig['service']>>({ namespace: text(), name: text() }, { open: true }),
  },
  { open: true },
);

const webhook: Schema<Webhook> = object<Webhook>(
  { name: text(), clientConfig, namespaceSelector: selector, objectSelector: selector },
  { open: true },
);

export const webhookConfigurationSpec: Schema<WebhookConfigurationSpec> = object<WebhookConfigurationSpec>({
  webhooks: list(webhook),
});
