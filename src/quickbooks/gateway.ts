import * as v from 'valibot';
import {
  type BooksAccess,
  type BooksChange,
  BooksFailure,
  type BooksFailureKind,
  type BooksGateway,
  type BooksPart,
  type Choice,
  type Company,
  type StepToBook,
} from '../domain/accounting.ts';
import type { BookedObject } from '../domain/books.ts';
import { type Answer, Client, Pace, rowsOf } from './client.ts';
import { markOf, moneyAccount, paymentForm, salesForm, toCents } from './forms.ts';
import { cut, displayName, quoted } from './names.ts';
import { authorizeUrl, exchangeCode, type IntuitApp, refreshTokens, revokeToken } from './oauth.ts';

const [production, sandbox] = [
  'https://quickbooks.api.intuit.com',
  'https://sandbox-quickbooks.api.intuit.com',
];

/** At most four calls a second: a company takes 500 a minute and ten at once, from all programs together. */
const defaultPaceMs = 250;

/** For how long what a company prefers is remembered: it is asked for at every booking. */
const companyMs = 10 * 60_000;

const Ref = v.object({ value: v.string() });
const Named = v.object({ Id: v.string(), Name: v.string() });
const Item = v.object({ ...Named.entries, IncomeAccountRef: v.optional(Ref) });
const Account = v.object({ ...Named.entries, AccountType: v.string() });
const Customer = v.object({
  Id: v.string(),
  PrimaryEmailAddr: v.optional(v.object({ Address: v.optional(v.string(), '') })),
  CurrencyRef: v.optional(Ref),
});
const Form = v.object({
  Id: v.string(),
  DocNumber: v.optional(v.string()),
  PrivateNote: v.optional(v.string(), ''),
  TotalAmt: v.number(),
  CurrencyRef: v.optional(Ref),
});
const CompanyInfo = v.object({
  CompanyInfo: v.object({ CompanyName: v.string(), Country: v.optional(v.string(), 'US') }),
});
const Preferences = v.object({
  Preferences: v.object({
    CurrencyPrefs: v.object({
      HomeCurrency: v.optional(Ref, { value: 'USD' }),
      MultiCurrencyEnabled: v.optional(v.boolean(), false),
    }),
    SalesFormsPrefs: v.optional(v.object({ CustomTxnNumbers: v.optional(v.boolean(), false) }), {}),
  }),
});

const forms = ['Invoice', 'Payment', 'SalesReceipt', 'RefundReceipt'] as const;

type FormType = (typeof forms)[number];

export type QuickBooksApp = IntuitApp & { readonly isSandbox: boolean };

/**
 * QuickBooks Online. Every fact becomes a new object; nothing is updated or deleted. `app` is read at each use, and throws
 * `not_configured` where the deployment has none.
 */
export function createQuickBooks(app: () => QuickBooksApp, paceMs = defaultPaceMs): BooksGateway {
  const companies = new Map<string, { readonly until: number; readonly company: Company }>();
  const paces = new Map<string, Pace>();

  function clientOf(access: BooksAccess): Client {
    const { base, isSandbox } = app();
    const pace = paces.get(access.realmId) ?? new Pace(paceMs);
    paces.set(access.realmId, pace);
    return new Client(base ?? (isSandbox ? sandbox : production), access, pace);
  }

  async function findCompany(client: Client, realmId: string): Promise<Company> {
    const known = companies.get(realmId);
    if (known && known.until > Date.now()) return known.company;
    const info = parse(
      CompanyInfo,
      await client.get(`companyinfo/${encodeURIComponent(realmId)}`),
    ).CompanyInfo;
    const { CurrencyPrefs, SalesFormsPrefs } = parse(
      Preferences,
      await client.get('preferences'),
    ).Preferences;
    const company: Company = {
      name: info.CompanyName,
      currency: CurrencyPrefs.HomeCurrency.value.toLowerCase(),
      hasOtherCurrencies: CurrencyPrefs.MultiCurrencyEnabled,
      hasOwnNumbers: SalesFormsPrefs.CustomTxnNumbers ?? false,
      needsTaxCode: !['US', 'USA'].includes(info.Country.toUpperCase()),
    };
    companies.set(realmId, { until: Date.now() + companyMs, company });
    return company;
  }

  return {
    check() {
      app();
    },
    authorizeUrl: (state) => authorizeUrl(app(), state),
    exchange: (code) => exchangeCode(app(), code),
    refresh: (refreshToken) => refreshTokens(app(), refreshToken),
    revoke: (refreshToken) => revokeToken(app(), refreshToken),
    findCompany(access) {
      companies.delete(access.realmId);
      return findCompany(clientOf(access), access.realmId);
    },

    async listChoices(access) {
      const client = clientOf(access);
      const items = await readRows(client, 'Item', 'Active = true', Item);
      const accounts = await readRows(client, 'Account', 'Active = true', Account);
      const { needsTaxCode } = await findCompany(client, access.realmId);
      const taxCodes = needsTaxCode ? await readRows(client, 'TaxCode', 'Active = true', Named) : [];
      const typeOf = new Map(accounts.map(({ Id, AccountType }) => [Id, AccountType]));
      const itemsOf = (isOfType: (type: string) => boolean) =>
        items.filter(({ IncomeAccountRef }) => isOfType(typeOf.get(IncomeAccountRef?.value ?? '') ?? ''));
      return {
        depositItems: itemsOf((type) => type === liability).map(toChoice),
        incomeItems: itemsOf((type) => type === 'Income' || type === 'Other Income').map(toChoice),
        accounts: accounts.filter(({ AccountType }) => moneyTypes.includes(AccountType)).map(toChoice),
        taxCodes: taxCodes.map(toChoice),
      };
    },

    make(access, part) {
      return makePart(clientOf(access), part);
    },

    async book(access, step) {
      const client = clientOf(access);
      const company = await findCompany(client, access.realmId);
      const { currency } = step.order;
      if (currency !== company.currency && !company.hasOtherCurrencies)
        throw new BooksFailure({ kind: 'blocked', reason: 'currency' }, 'currency');
      return step.step === 'customer' ? bookCustomer(client, company, step) : bookForm(client, company, step);
    },

    async listChanges(access, since) {
      const query = { entities: forms.join(','), changedSince: since.toISOString() };
      const { CDCResponse: responses } = await clientOf(access).get('cdc', query);
      const found = v.safeParse(v.array(v.object({ QueryResponse: v.array(v.unknown()) })), responses);
      if (!found.success) throw new BooksFailure({ kind: 'unknown' }, 'no_changes');
      const lists = found.output.flatMap(({ QueryResponse }) => QueryResponse);
      return forms.flatMap((type) =>
        lists.flatMap((list) => rowsOf(list, type).map((row) => toChange(type, row))),
      );
    },
  };
}

const liability = 'Other Current Liability';

/** What a refund receipt takes money from. */
const moneyTypes = ['Bank', 'Other Current Asset'];

/** What an answer must be. Anything else is no answer of QuickBooks'. */
function parse<const S extends v.GenericSchema>(schema: S, answer: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, answer);
  if (!parsed.success) throw new BooksFailure({ kind: 'unknown' }, 'unreadable');
  return parsed.output;
}

async function readRows<const S extends v.GenericSchema>(
  client: Client,
  entity: string,
  where: string,
  schema: S,
): Promise<v.InferOutput<S>[]> {
  return parse(v.array(schema), await client.query(entity, where));
}

function toChoice({ Id, Name }: v.InferOutput<typeof Named>): Choice {
  return { id: Id, name: Name };
}

/** Finds what has the name that we would give it, or makes it. */
async function makePart(client: Client, part: BooksPart): Promise<Choice> {
  if (part === 'clearing_account')
    return findOrMake(client, 'Account', 'Stripe clearing', {
      AccountType: 'Bank',
      AccountSubType: 'Checking',
    });
  const account =
    part === 'deposit_item'
      ? await findOrMake(client, 'Account', 'Customer deposits', {
          AccountType: liability,
          AccountSubType: 'OtherCurrentLiabilities',
        })
      : await findOrMake(client, 'Account', 'Proposal income', {
          AccountType: 'Income',
          AccountSubType: 'ServiceFeeIncome',
        });
  const name = part === 'deposit_item' ? 'Deposit' : 'Proposal';
  return findOrMake(client, 'Item', name, { Type: 'Service', IncomeAccountRef: { value: account.id } });
}

async function findOrMake(client: Client, entity: string, name: string, body: object): Promise<Choice> {
  const [known] = await readRows(client, entity, `Name = ${quoted(name)}`, Named);
  if (known) return toChoice(known);
  return toChoice(parse(Named, await client.create(entity, { Name: name, ...body }, crypto.randomUUID())));
}

/** Names are unique across customers, vendors and employees: one that is taken gets the address behind it. */
async function bookCustomer(
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
      mustBeInTime(isInTime);
      const made = await client.create('Customer', body, await requestId(`${requestKey}:customer${index}`));
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

async function bookForm(client: Client, company: Company, step: StepToBook): Promise<BookedObject> {
  const { order, made, settings, requestKey } = step;
  const customerId = made.customer?.id;
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
  try {
    const body = formOf(type, step, customerId, company, settings);
    mustBeInTime(step.isInTime);
    const created = await client.create(type, body, await requestId(`${requestKey}:${step.step}`));
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

/** A call that begins late may end when another attempt has begun. */
function mustBeInTime(isInTime: () => boolean): void {
  if (!isInTime()) throw new BooksFailure({ kind: 'unknown' }, 'suspended');
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

const Changed = v.object({
  Id: v.string(),
  status: v.optional(v.string()),
  TotalAmt: v.optional(v.number(), 0),
});

function toChange(type: FormType, row: Answer): BooksChange {
  const { Id: id, status, TotalAmt } = parse(Changed, row);
  const isDeleted = status === 'Deleted';
  return { id, type, total: isDeleted ? 0 : TotalAmt, isDeleted };
}

function isConflict(error: unknown): boolean {
  return (
    error instanceof BooksFailure && error.failure.kind === 'blocked' && error.failure.reason === 'conflict'
  );
}

/** Unique in a company, at most 50 characters. */
async function requestId(key: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key));
  return new Uint8Array(hash).toHex().slice(0, 40);
}
