import { orgs } from '../db/schema.ts';
import type { Locale, PaperSize } from '../domain/letterhead.ts';

/** How an org presents itself to its customers. No part of what is agreed: proposals that exist show what is set now. */
export type Letterhead = {
  readonly name: string;
  readonly email: string | null;
  readonly address: string | null;
  readonly phone: string | null;
  readonly web: string | null;
  readonly taxId: string | null;
  /** A file of `logos`. */
  readonly logo: string | null;
  readonly colour: string | null;
  readonly locale: Locale | null;
  readonly paperSize: PaperSize | null;
};

/** What a query selects of `orgs` for it. */
export const letterheadColumns = {
  name: orgs.name,
  email: orgs.email,
  address: orgs.address,
  phone: orgs.phone,
  web: orgs.web,
  taxId: orgs.taxId,
  logo: orgs.logo,
  colour: orgs.colour,
  locale: orgs.locale,
  paperSize: orgs.paperSize,
};

/** As routes answer it. */
export function toLetterheadBody({
  name,
  email,
  address,
  phone,
  web,
  taxId,
  logo,
  colour,
  ...how
}: Letterhead) {
  return {
    ...{ name, email, address, phone, web, colour },
    tax_id: taxId,
    logo: logo && `/logos/${logo}`,
    locale: how.locale,
    paper_size: how.paperSize,
  };
}
