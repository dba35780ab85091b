import * as v from 'valibot';
import { booksParts } from '../domain/accounting.ts';
import { bookingModes } from '../domain/books.ts';
import { calendarDate } from '../http/fields.ts';
import { ProposalParam } from '../schemas.ts';

const id = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(50));

export const BooksSettingsBody = v.object({
  mode: v.picklist(bookingModes),
  deposit_item_id: id,
  income_item_id: id,
  clearing_account_id: id,
  other_account_id: id,
  tax_code_id: v.optional(v.nullable(id), null),
  start_on: calendarDate,
});

export const PartBody = v.object({ part: v.picklist(booksParts) });

/** What Intuit's redirect carries. All of it may be missing: a person opened the address. */
export const CallbackQuery = v.object({
  code: v.optional(v.string()),
  state: v.optional(v.string()),
  realmId: v.optional(v.string()),
  error: v.optional(v.string()),
});

export const BookingParam = v.object({
  ...ProposalParam.entries,
  booking_id: v.pipe(v.string(), v.uuid()),
});
