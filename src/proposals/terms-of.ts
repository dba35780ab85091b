import type { InferOutput } from 'valibot';
import type { CalendarDate } from '../domain/calendar.ts';
import type { Content } from '../domain/command.ts';
import { whyNoTotal, whyNotChargeable } from '../domain/currency.ts';
import { type Discount, grossCents, type LineItem, priceOf } from '../domain/pricing.ts';
import { amountsOf } from '../domain/schedule.ts';
import {
  type DepositPolicy,
  type DueWhen,
  defaultSchedule,
  depositOf,
  isDeposit,
  named,
  type Part,
  withDeposit,
} from '../domain/terms.ts';
import { AppError, type FieldError, type FieldErrorCode } from '../errors.ts';
import type { CreateProposalBody, ReviseProposalBody } from './schemas.ts';

type Body = InferOutput<typeof CreateProposalBody> | InferOutput<typeof ReviseProposalBody>;

/**
 * The content that a body makes of what stands. Throws `invalid_amount` or `invalid_request`, with the wrong field, where it
 * does not add up: nothing that was typed is altered. `today` is the date in the org's time zone.
 */
export function contentOf(standing: Content, body: Body, today: CalendarDate): Content {
  const { currency } = standing;
  const lineItems = body.line_items ?? standing.lineItems;
  const discount = discountOf(body) ?? standing.discount;
  checkDiscounts(lineItems, discount, currency);
  const { totalCents } = priceOf(lineItems, discount, currency);
  const refusal = whyNoTotal(totalCents, currency);
  if (refusal) fail('line_items', 'not_chargeable', `The total: ${refusal}`, 'invalid_amount');
  const schedule = scheduleOf(standing.schedule ?? [], body, totalCents, currency);
  checkSchedule(schedule, body, totalCents, currency);
  checkDates(standing, body, today);
  return {
    title: body.title ?? standing.title,
    customerName: body.customer_name ?? standing.customerName,
    customerEmail: body.customer_email ?? standing.customerEmail,
    currency,
    lineItems,
    discount,
    totalCents,
    schedule,
    validUntil: body.valid_until === undefined ? standing.validUntil : body.valid_until,
    terms: body.terms === undefined ? standing.terms : body.terms || null,
  };
}

/** The schedule that an org offers; a deposit of its own that is more than the total is all of it. */
export function offeredSchedule(deposit: DepositPolicy, totalCents: number): Part[] {
  const isTooMuch = deposit !== null && 'amount_cents' in deposit && deposit.amount_cents > totalCents;
  return defaultSchedule(isTooMuch ? { percent: 100 } : deposit);
}

/** Null where the body says nothing of it. */
function discountOf({ discount_percent: percent, discount_cents: cents }: Body): Discount | null {
  if (percent === undefined && cents === undefined) return null;
  if (percent && cents) {
    fail('discount_cents', 'invalid_format', 'Must be a discount in percent or an amount, not both.');
  }
  return { ...(percent ? { discount_percent: percent } : {}), ...(cents ? { discount_cents: cents } : {}) };
}

function checkDiscounts(lineItems: readonly LineItem[], discount: Discount, currency: string): void {
  for (const [index, item] of lineItems.entries()) {
    if ((item.discount_cents ?? 0) > Math.max(0, grossCents(item, currency)))
      fail(`line_items/${index}/discount_cents`, 'above_line', 'Must not be more than the line.');
  }
  const { subtotalCents } = priceOf(lineItems, {}, currency);
  if (discount.discount_cents !== undefined && discount.discount_cents > subtotalCents)
    fail('discount_cents', 'above_subtotal', 'Must not be more than all lines together.');
}

function scheduleOf(before: readonly Part[], body: Body, totalCents: number, currency: string): Part[] {
  const { deposit, schedule } = body;
  if (schedule === null) return defaultSchedule(deposit === undefined ? depositOf(before) : deposit);
  if (schedule === undefined) return deposit === undefined ? [...before] : withDeposit(before, deposit);
  const parts = named(schedule);
  if (deposit !== undefined && !isDepositOf(parts, deposit, totalCents, currency))
    fail('deposit', 'wrong_sum', 'Must be the first part of the schedule.');
  return parts;
}

function isDepositOf(parts: Part[], deposit: DepositPolicy, totalCents: number, currency: string): boolean {
  if (deposit === null) return depositOf(parts) === null;
  const [first] = amountsOf(parts, totalCents, currency);
  return depositOf(parts) !== null && first === amountsOf(defaultSchedule(deposit), totalCents, currency)[0];
}

function checkSchedule(schedule: readonly Part[], body: Body, totalCents: number, currency: string): void {
  const amounts = amountsOf(schedule, totalCents, currency);
  const [first] = schedule;
  if (first && isDeposit(first) && (amounts[0] ?? 0) > totalCents)
    fail(
      body.schedule ? 'schedule/0' : 'deposit/amount_cents',
      'above_total',
      'Must not be more than the total.',
    );
  const sum = amounts.reduce((before, cents) => before + cents, 0);
  if (sum !== totalCents || amounts.some((cents) => cents < 0))
    fail('schedule', 'wrong_sum', 'Must add up to the total.');
  for (const [index, part] of schedule.entries()) {
    // A deposit by default may leave a rest too small to charge: only what was typed is refused.
    const isTyped = body.schedule || (body.deposit && 'amount_cents' in body.deposit);
    if ('rest' in part && (amounts[index] === 0 || !isTyped)) continue;
    // The deposit is charged; the others may also be paid another way, and be more than a charge can be.
    const refusal = (isDeposit(part) ? whyNotChargeable : whyNoTotal)(amounts[index] ?? 0, currency);
    const field = isDeposit(part) && !body.schedule ? 'deposit' : `schedule/${index}`;
    if (refusal) fail(field, 'not_chargeable', refusal);
  }
}

/** A date in the past is a slip; one that stands already is not. */
function checkDates(standing: Content, body: Body, today: CalendarDate): void {
  const { valid_until: validUntil } = body;
  if (validUntil && validUntil < today && validUntil !== standing.validUntil)
    fail('valid_until', 'in_the_past', 'Must not be in the past.');
  const dates = (standing.schedule ?? []).map(({ due }) => dateOf(due));
  for (const [index, { due }] of (body.schedule ?? []).entries()) {
    const date = dateOf(due);
    if (date && date < today && !dates.includes(date))
      fail(`schedule/${index}/due/date`, 'in_the_past', 'Must not be in the past.');
  }
}

function dateOf(due: DueWhen): CalendarDate | null {
  return typeof due === 'object' && 'date' in due ? due.date : null;
}

function fail(
  pointer: string,
  code: FieldErrorCode,
  detail: string,
  refusal: 'invalid_request' | 'invalid_amount' = 'invalid_request',
): never {
  const errors: FieldError[] = [{ pointer: `#/${pointer}`, code, detail }];
  throw new AppError(refusal, `${pointer.split('/')[0]}: ${detail}`, { errors });
}
