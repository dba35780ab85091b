import * as v from 'valibot';
import { BooksFailure, type Company, type StepToBook } from '../domain/accounting.ts';
import type { BookedObject } from '../domain/books.ts';
import type { Client } from './client.ts';
import { cut, displayName, quoted } from './names.ts';
import { isConflict, parse, Ref, readRows, requestId } from './rows.ts';

const Customer = v.object({
  Id: v.string(),
  PrimaryEmailAddr: v.optional(v.object({ Address: v.optional(v.string(), '') })),
  CurrencyRef: v.optional(Ref),
});

/** Names are unique across customers, vendors and employees: one that is taken gets the address behind it. */
export async function bookCustomer(
  client: Client,
  company: Company,
  { order, requestKey, isInTime }: StepToBook,
): Promise<BookedObject> {
  const { currency } = order;
  const { name, email } = order.customer;
  const isSame = (row: v.InferOutput<typeof Customer>) =>
    (row.PrimaryEmailAddr?.Address ?? '').toLowerCase() === email.toLowerCase() &&
    (row.CurrencyRef?.value ?? company.currency).toLowerCase() === currency;
  const toObject = ({ Id: id }: { readonly Id: string }) =>
    ({ id, type: 'Customer', number: null, totalCents: null }) as const;
  if (email) {
    const where = `PrimaryEmailAddr = ${quoted(email)}`;
    const known = (await readRows(client, 'Customer', where, Customer)).find(isSame);
    if (known) return toObject(known);
  }
  const plain = displayName(name, email || `Customer ${order.number}`);
  const who = cut(email || order.number, 50);
  const names = [plain, displayName(`${cut(plain, 40)} (${who})`, plain)];
  if (company.hasOtherCurrencies) names.push(displayName(`${cut(plain, 40)} (${who}, ${currency})`, plain));
  for (const [index, candidate] of names.entries()) {
    try {
      const body = {
        DisplayName: candidate,
        ...(email ? { PrimaryEmailAddr: { Address: email } } : {}),
        ...(company.hasOtherCurrencies ? { CurrencyRef: { value: currency.toUpperCase() } } : {}),
      };
      const made = await client.create(
        'Customer',
        body,
        await requestId(`${requestKey}:customer${index}`),
        isInTime,
      );
      return toObject(parse(Customer, made));
    } catch (error) {
      if (!isConflict(error)) throw error;
      const where = `DisplayName = ${quoted(candidate)}`;
      const same = (await readRows(client, 'Customer', where, Customer)).find(isSame);
      if (same) return toObject(same);
    }
  }
  throw new BooksFailure({ kind: 'blocked', reason: 'conflict' }, 'name');
}
