import { createCloudflareEmail } from '../cloudflare-email/gateway.ts';
import type { Bindings, Config } from '../config.ts';
import type { MailGateway } from '../domain/mail.ts';
import { createResend } from '../resend/gateway.ts';

/** The binding of Cloudflare's Email Service where the deployment has it; else Resend. Development has its mailbox. */
export function createMailGateway({ EMAIL: binding }: Bindings, config: Config): MailGateway {
  return binding && !config.isDevelopment ? createCloudflareEmail(binding) : createResend(config);
}
