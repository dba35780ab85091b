import type { Company } from '../domain/accounting.ts';
import type { BookingOrder, BooksSettings } from '../domain/books.ts';
import { minorUnits } from '../domain/currency.ts';
import { cut } from './names.ts';

// Orders as QuickBooks' forms: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice. Things over
// there are named by their id alone: names change.

/** What has a sum. */
export const formTypes = ['Invoice', 'Payment', 'SalesReceipt', 'RefundReceipt'] as const;

export type FormType = (typeof formTypes)[number];

/** Minor units as a decimal: JSON writes the shortest number that reads the same, so nothing is rounded. */
export function toAmount(cents: number, currency: string): number {
  return cents / minorUnits(currency);
}

export function toCents(amount: number, currency: string): number {
  return Math.round(amount * minorUnits(currency));
}

/** Of a line's description and of a note. */
const longestText = 4_000;

/** In the United States a line that says so is not taxed; elsewhere tax is in the amount, so that it is what was paid. */
const noTax = { TaxCodeRef: { value: 'NON' } };

/** What all forms of an order have in common. */
function common(order: BookingOrder, customerId: string, company: Company) {
  const { date, currency } = order;
  return {
    CustomerRef: { value: customerId },
    TxnDate: date,
    PrivateNote: noteOf(order),
    ...(company.hasOtherCurrencies ? { CurrencyRef: { value: currency.toUpperCase() } } : {}),
  };
}

/** An invoice, a sales receipt or a refund receipt, but for the account of its money. */
export function salesForm(
  order: BookingOrder,
  settings: BooksSettings,
  customerId: string,
  company: Company,
): object {
  const { taxCodeId, depositItemId, incomeItemId } = settings;
  const tax = taxCodeId ? { TaxCodeRef: { value: taxCodeId } } : company.needsTaxCode ? {} : noTax;
  return {
    ...common(order, customerId, company),
    ...(company.hasOwnNumbers ? { DocNumber: order.number } : {}),
    ...(taxCodeId ? { GlobalTaxCalculation: 'TaxInclusive' } : {}),
    Line: order.lines.map(({ item, description, amountCents }) => ({
      DetailType: 'SalesItemLineDetail',
      Amount: toAmount(amountCents, order.currency),
      Description: cut(description, longestText),
      SalesItemLineDetail: {
        ItemRef: { value: item === 'deposit' ? depositItemId : incomeItemId },
        ...tax,
      },
    })),
  };
}

/** The account that money of this order comes to or leaves. */
export function moneyAccount({ method }: BookingOrder, settings: BooksSettings) {
  const value = method === 'stripe' ? settings.clearingAccountId : settings.otherAccountId;
  return { DepositToAccountRef: { value } };
}

/** What is paid of an invoice. Its total may not be what it should be, where QuickBooks added a tax. */
export function paymentForm(
  order: BookingOrder,
  settings: BooksSettings,
  customerId: string,
  company: Company,
  invoice: { readonly id: string; readonly totalCents: number },
): object {
  const { amountCents, currency, number } = order;
  return {
    ...common(order, customerId, company),
    ...moneyAccount(order, settings),
    TotalAmt: toAmount(amountCents, currency),
    PaymentRefNum: number,
    Line: [
      {
        Amount: toAmount(Math.min(amountCents, invoice.totalCents), currency),
        LinkedTxn: [{ TxnId: invoice.id, TxnType: 'Invoice' }],
      },
    ],
  };
}

/** What people read, and by what we find it again. */
function noteOf({ note, reasons, key }: BookingOrder): string {
  const mark = markOf(key);
  const why =
    reasons.length > 0 ? ` Not what was asked for: ${reasons.join(', ').replaceAll('_', ' ')}.` : '';
  return `${cut(`${note}${why}`, longestText - mark.length - 1)} ${mark}`;
}

export function markOf(key: string): string {
  return `[${key}]`;
}
