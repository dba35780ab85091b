import * as v from 'valibot';
import { BooksFailure, type BooksFailureKind, type Company, type StepToBook } from '../domain/accounting.ts';
import type { BookedObject } from '../domain/books.ts';
import type { Client } from './client.ts';
import { type FormType, markOf, moneyAccount, paymentForm, salesForm, toCents } from './forms.ts';
import { quoted } from './names.ts';
import { isConflict, parse, Ref, readRows, requestId } from './rows.ts';

const Form = v.object({
  Id: v.string(),
  DocNumber: v.optional(v.string()),
  CustomerRef: Ref,
  PrivateNote: v.optional(v.string(), ''),
  TotalAmt: v.number(),
});

/** Finds the form that an earlier attempt made, or makes it. */
export async function bookForm(client: Client, company: Company, step: StepToBook): Promise<BookedObject> {
  const { order, made, settings, requestKey } = step;
  let customerId = made.customer?.id ?? '';
  if (!customerId) throw new Error('A customer comes first.');
  const type = typeOf(step);
  const find = async () => {
    const where = [
      ...(type === 'Payment' ? [`PaymentRefNum = ${quoted(order.number)}`] : []),
      ...(type !== 'Payment' && company.hasOwnNumbers ? [`DocNumber = ${quoted(order.number)}`] : []),
      `CustomerRef = ${quoted(customerId)}`, // somebody may have given it another number
    ];
    // The org may book in another way by now.
    const types =
      type === 'Invoice' || type === 'SalesReceipt' ? (['Invoice', 'SalesReceipt'] as const) : [type];
    for (const one of where) {
      for (const candidate of types) {
        const rows = await readRows(client, candidate, one, Form);
        const ours = rows.find(({ PrivateNote }) => PrivateNote.includes(markOf(order.key)));
        if (ours) return toObject(candidate, ours, order.currency);
      }
    }
    return null;
  };
  const known = step.mayExist ? await find() : null;
  if (known) return known;
  if (type === 'Payment' && step.mayExist) {
    // Since the attempt before, a person may have deleted the invoice, or merged its customer.
    const [invoice] = await readRows(client, 'Invoice', `Id = ${quoted(made.document?.id ?? '')}`, Form);
    if (!invoice)
      throw new BooksFailure(
        { kind: 'blocked', reason: 'inactive', isLookedFor: true, isGone: true },
        'gone',
      );
    customerId = invoice.CustomerRef.value;
  }
  try {
    const body = formOf(type, step, customerId, company, settings);
    const created = await client.create(
      type,
      body,
      await requestId(`${requestKey}:${step.step}`),
      step.isInTime,
    );
    return toObject(type, parse(Form, created), order.currency);
  } catch (error) {
    const ours = isConflict(error) ? await find() : null;
    if (ours) return ours;
    const isBlocked = error instanceof BooksFailure && error.failure.kind === 'blocked';
    if (!isBlocked || !step.mayExist) throw error;
    throw new BooksFailure({ ...error.failure, isLookedFor: true } as BooksFailureKind, error.code, {
      cause: error,
    });
  }
}

/** A payment is of an invoice. Everything else is a form of its own. */
function typeOf({ step, order, mode }: StepToBook): FormType {
  if (step === 'payment') return 'Payment';
  switch (order.fact) {
    case 'received':
    case 'earned':
      return mode === 'invoice' ? 'Invoice' : 'SalesReceipt';
    case 'returned':
      return 'RefundReceipt';
    case 'restored':
      return 'SalesReceipt';
  }
}

function formOf(
  type: FormType,
  { order, made }: StepToBook,
  customerId: string,
  company: Company,
  settings: StepToBook['settings'],
): object {
  switch (type) {
    case 'Payment': {
      const { id = '', totalCents } = made.document ?? {};
      return paymentForm(order, settings, customerId, company, {
        id,
        totalCents: totalCents ?? order.amountCents,
      });
    }
    case 'Invoice':
      return salesForm(order, settings, customerId, company);
    case 'SalesReceipt':
    case 'RefundReceipt':
      return { ...salesForm(order, settings, customerId, company), ...moneyAccount(order, settings) };
  }
}

function toObject(type: FormType, form: v.InferOutput<typeof Form>, currency: string): BookedObject {
  const { Id: id, DocNumber: number = null, TotalAmt } = form;
  return { id, type, number, totalCents: toCents(TotalAmt, currency) };
}
