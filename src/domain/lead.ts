import type { Staff } from './actor.ts';
import type { Draft } from './entry.ts';

export type NewLead = {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly source: string | null;
};

export type CreateLead = { readonly kind: 'create_lead'; readonly actor: Staff; readonly lead: NewLead };

export function leadKey(leadId: string): string {
  return `lead_created:${leadId}`;
}

/** The entry of a new lead. It holds no name or address: the log cannot forget, the lead's row can. */
export function leadCreated({ lead, actor }: CreateLead): Draft {
  const meta = { lead_id: lead.id, source: lead.source, user_id: actor.userId };
  return { event: 'lead_created', meta, actor: 'staff', dedupeKey: leadKey(lead.id) };
}
