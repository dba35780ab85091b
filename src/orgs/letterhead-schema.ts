import * as v from 'valibot';
import { locales, paperSizes } from '../domain/letterhead.ts';

/** How an org presents itself now. */
export const Letterhead = v.object({
  name: v.string(),
  email: v.pipe(v.nullable(v.string()), v.description('Where answers to the org’s mail go.')),
  address: v.nullable(v.string()),
  phone: v.nullable(v.string()),
  web: v.nullable(v.string()),
  tax_id: v.nullable(v.string()),
  logo: v.pipe(
    v.nullable(v.string()),
    v.description('The path of a PNG, JPEG or SVG, which never changes: another logo has another path.'),
  ),
  colour: v.pipe(
    v.nullable(v.string()),
    v.description('Of buttons and links, such as `#0f5c5c`; null is the portal’s own.'),
  ),
  locale: v.pipe(
    v.nullable(v.picklist(locales)),
    v.description('How dates and money are written for customers; null is the reader’s own.'),
  ),
  paper_size: v.pipe(v.nullable(v.picklist(paperSizes)), v.description('Null is the printer’s own.')),
});

export const aLetterhead = {
  name: 'Acme Kitchens',
  email: 'office@example.com',
  address: '12 Mill Lane\nDublin 8',
  phone: '+353 1 555 0100',
  web: 'https://example.com',
  tax_id: 'IE1234567T',
  logo: '/logos/JLvYkVWsjJ2V6vd6HGTiUWzyqXXtxJsNWuEDn6Rc7vg.png',
  colour: '#0f5c5c',
  locale: 'en-IE',
  paper_size: 'a4',
} as const;
