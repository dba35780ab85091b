import * as v from 'valibot';
import {
  type BooksAccess,
  type BooksChange,
  BooksFailure,
  type BooksGateway,
  type Choice,
  type Company,
} from '../domain/accounting.ts';
import { type Answer, Client, Pace, rowsOf } from './client.ts';
import { bookCustomer } from './customers.ts';
import { bookForm } from './documents.ts';
import { type FormType, formTypes } from './forms.ts';
import { authorizeUrl, exchangeCode, type IntuitApp, refreshTokens, revokeToken } from './oauth.ts';
import { liability, makePart } from './parts.ts';
import { Named, parse, Ref, readRows } from './rows.ts';

const [production, sandbox] = [
  'https://quickbooks.api.intuit.com',
  'https://sandbox-quickbooks.api.intuit.com',
];

/** For how long what a company prefers is remembered: it is asked for at every booking. */
const companyMs = 10 * 60_000;

const Item = v.object({ ...Named.entries, IncomeAccountRef: v.optional(Ref) });
const Account = v.object({ ...Named.entries, AccountType: v.string() });
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

export type QuickBooksApp = IntuitApp & { readonly isSandbox: boolean };

/**
 * QuickBooks Online. Every fact becomes a new object; nothing is updated or deleted. `app` is read at each use, and throws
 * `not_configured` where the deployment has none.
 */
export function createQuickBooks(app: () => QuickBooksApp, paceMs: number): BooksGateway {
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
      const query = { entities: formTypes.join(','), changedSince: since.toISOString() };
      const { CDCResponse: responses } = await clientOf(access).get('cdc', query);
      const found = v.safeParse(v.array(v.object({ QueryResponse: v.array(v.unknown()) })), responses);
      if (!found.success) throw new BooksFailure({ kind: 'unknown' }, 'no_changes');
      const lists = found.output.flatMap(({ QueryResponse }) => QueryResponse);
      return formTypes.flatMap((type) =>
        lists.flatMap((list) => rowsOf(list, type).map((row) => toChange(type, row))),
      );
    },
  };
}

/** What a refund receipt takes money from. */
const moneyTypes = ['Bank', 'Other Current Asset'];

function toChoice({ Id, Name }: v.InferOutput<typeof Named>): Choice {
  return { id: Id, name: Name };
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
