import type { Staff } from './actor.ts';
import { type StampedEvent, stamp } from './entry.ts';

export type NewLead = {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly source: string | null;
};

export type CreateLead = { readonly kind: 'create_lead'; readonly actor: Staff; readonly lead: NewLead };

/** The event of a new lead. It holds no name or address: the log cannot forget them, the lead's row can. */
export function leadCreated({ lead, actor }: CreateLead): StampedEvent {
  return stamp({ event: 'lead_created', meta: { lead_id: lead.id, source: lead.source } }, actor);
}
