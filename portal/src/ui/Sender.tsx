import type { Letterhead } from '../api.ts';
import { texts } from '../texts/customer.ts';

/** Whose offer it is: the logo, the name, and how to reach them. */
export function Sender({ name, org }: { name: string; org: Letterhead | undefined }) {
  return (
    <div className="sender">
      <div>
        {org?.logo && <img src={org.logo} alt="" />}
        <p className="from" dir="auto">
          {name}
        </p>
      </div>
      {org && <Contact org={org} />}
    </div>
  );
}

function Contact({ org: { address, phone, email, web, tax_id: taxId } }: { org: Letterhead }) {
  if (!(address || phone || email || web || taxId)) return null;
  return (
    <address dir="auto" translate="no">
      {address && <span>{address}</span>}
      {phone && <a href={`tel:${phone.replace(/[^\d+]/g, '')}`}>{phone}</a>}
      {email && <a href={`mailto:${email}`}>{email}</a>}
      {web && (
        <a href={web} rel="noreferrer">
          {web.replace(/^https?:\/\/(www\.)?|\/$/g, '')}
        </a>
      )}
      {taxId && <span>{texts.offer.taxId(taxId)}</span>}
    </address>
  );
}
