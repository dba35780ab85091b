import type { Mail } from '../../src/domain/mail.ts';

// In place of `src/mail/gateway.ts`: only the vendor of mail is played. Its gateways have tests of their own.

/** What the vendor was asked to send. */
export const mails: (Mail & { readonly key: string })[] = [];

/** What it answers. */
export const vendor: { outcome: 'accepted' | 'unknown' } = { outcome: 'accepted' };

export function createMailGateway() {
  return {
    retryHours: 20,
    check() {},
    async send(mail: Mail, key: string) {
      mails.push({ ...mail, key });
      const { outcome } = vendor;
      return outcome === 'accepted'
        ? { outcome, vendorId: null, note: null }
        : { outcome, reason: 'no_answer' };
    },
  };
}
