/** An object as the API has it: an account, an item, a customer, a form. */
export type Stored = Record<string, unknown> & { Id: string };

type Line = { Amount: number; SalesItemLineDetail?: { ItemRef: { value: string } } };
type Ref = { value: string };

/** A form with what its postings need. */
export type Form = Stored & {
  CustomerRef: Ref;
  TotalAmt: number;
  TxnDate: string;
  Line: Line[];
  DepositToAccountRef?: Ref;
  DocNumber?: string;
  CurrencyRef?: Ref;
  isDeleted?: boolean;
  changedAt: number;
};

export const formTypes = ['Invoice', 'Payment', 'SalesReceipt', 'RefundReceipt'] as const;

export type FormType = (typeof formTypes)[number];

/** A fault as the API answers it. */
export class Fault extends Error {
  readonly code: string;
  readonly type: string;

  constructor(code: string, message: string, type = 'ValidationFault') {
    super(message);
    this.code = code;
    this.type = type;
  }
}

/** Half up, away from zero: cents of what JSON brought. */
const toCents = (amount: number) => Math.round(amount * 100);

/**
 * A company of the stand-in, with its books by double entry. It knows nothing of us: balances are worked out from its own forms.
 * All amounts have two decimals, whatever the currency.
 */
export class IntuitCompany {
  readonly realmId: string;
  name: string;
  country = 'US';
  currency = 'USD';
  hasOtherCurrencies = false;
  hasOwnNumbers = true;
  /** Nothing is booked on or before this date. */
  closedUntil: string | null = null;
  isSubscribed = true;
  /** A tax that the company adds to each invoice by itself, in percent. */
  addedTax = 0;
  readonly accounts = new Map<string, Stored & { Name: string; AccountType: string; Active: boolean }>();
  readonly items = new Map<string, Stored & { Name: string; IncomeAccountRef: Ref; Active: boolean }>();
  readonly customers = new Map<string, Stored & { DisplayName: string; Active: boolean }>();
  /** Names of vendors and employees, which customers cannot have. */
  readonly otherNames = new Set<string>();
  readonly forms: Record<FormType, Map<string, Form>> = {
    Invoice: new Map(),
    Payment: new Map(),
    SalesReceipt: new Map(),
    RefundReceipt: new Map(),
  };
  readonly #now: () => number;
  #lastId = 0;

  constructor(realmId: string, name: string, now: () => number) {
    this.realmId = realmId;
    this.name = name;
    this.#now = now;
    this.#addAccount('Checking', 'Bank');
    const sales = this.#addAccount('Sales', 'Income');
    this.#addAccount('Accounts Receivable (A/R)', 'Accounts Receivable');
    this.#addAccount('Undeposited Funds', 'Other Current Asset');
    this.create('Item', { Name: 'Services', Type: 'Service', IncomeAccountRef: { value: sales.Id } });
  }

  #addAccount(name: string, type: string) {
    return this.create('Account', { Name: name, AccountType: type });
  }

  #nextId(): string {
    this.#lastId += 1;
    return String(this.#lastId);
  }

  /** Makes an object, or throws a fault. */
  create(entity: string, body: Record<string, unknown>): Stored {
    if (!this.isSubscribed) throw new Fault('6190', 'Invalid Company Status');
    switch (entity) {
      case 'Account':
        return this.#named(this.accounts, 'Name', { ...body, Active: true });
      case 'Item':
        this.#mustExist(this.accounts, body.IncomeAccountRef as Ref | undefined, 'IncomeAccountRef');
        return this.#named(this.items, 'Name', { ...body, Active: true });
      case 'Customer':
        return this.#createCustomer(body);
      case 'Invoice':
      case 'Payment':
      case 'SalesReceipt':
      case 'RefundReceipt':
        return this.#createForm(entity, body);
      default:
        throw new Fault('2020', `Unknown entity ${entity}`);
    }
  }

  #named<T extends Stored>(kept: Map<string, T>, field: string, body: Record<string, unknown>): T {
    const name = String(body[field] ?? '');
    if (name === '') throw new Fault('2020', `Required parameter ${field} is missing`);
    for (const known of kept.values())
      if (String(known[field]).toLowerCase() === name.toLowerCase())
        throw new Fault('6240', 'Duplicate Name Exists Error');
    const made = { ...body, Id: this.#nextId() } as T;
    kept.set(made.Id, made);
    return made;
  }

  #createCustomer(body: Record<string, unknown>): Stored {
    const name = String(body.DisplayName ?? '');
    if (name.trim() === '' || name.length > 500 || /[:"\p{Cc}]/u.test(name))
      throw new Fault('2040', 'Invalid string');
    if (this.otherNames.has(name.toLowerCase())) throw new Fault('6240', 'Duplicate Name Exists Error');
    const CurrencyRef = (body.CurrencyRef as Ref | undefined) ?? { value: this.currency };
    this.#checkCurrency(CurrencyRef);
    return this.#named(this.customers, 'DisplayName', { ...body, CurrencyRef, Active: true });
  }

  #checkCurrency({ value }: Ref): void {
    if (value !== this.currency && !this.hasOtherCurrencies)
      throw new Fault('6000', 'Multi-currency is not enabled');
  }

  #mustExist(kept: Map<string, Stored & { Active: boolean }>, ref: Ref | undefined, field: string) {
    const found = kept.get(ref?.value ?? '');
    if (!found) throw new Fault('2500', `Invalid Reference Id: ${field}`);
    if (!found.Active) throw new Fault('610', `Object Not Found: ${field} has been made inactive`);
    return found;
  }

  #createForm(type: FormType, body: Record<string, unknown>): Stored {
    const form = body as unknown as Form;
    const customer = this.#mustExist(this.customers, form.CustomerRef, 'CustomerRef');
    if (this.hasOtherCurrencies && !form.CurrencyRef) throw new Fault('2020', 'CurrencyRef is missing');
    this.#checkCurrency(form.CurrencyRef ?? { value: this.currency });
    if ((form.CurrencyRef?.value ?? this.currency) !== (customer.CurrencyRef as Ref).value)
      throw new Fault('6000', 'The customer has another currency');
    if (this.closedUntil !== null && form.TxnDate <= this.closedUntil)
      throw new Fault('6210', 'Account Period Closed');
    if (type === 'Payment') this.#checkInvoice(form);
    if (type !== 'Invoice') this.#mustExist(this.accounts, form.DepositToAccountRef, 'DepositToAccountRef');
    for (const { SalesItemLineDetail: detail } of form.Line)
      if (type !== 'Payment') this.#mustExist(this.items, detail?.ItemRef, 'ItemRef');
    const isNumbered = this.hasOwnNumbers && type !== 'Payment' && form.DocNumber;
    if (
      isNumbered &&
      [...this.forms[type].values()].some((known) => !known.isDeleted && known.DocNumber === form.DocNumber)
    )
      throw new Fault('6140', 'Duplicate Document Number Error');
    const sum = form.Line.reduce((total, { Amount }) => total + toCents(Amount), 0);
    const tax = type === 'Invoice' ? Math.round((sum * this.addedTax) / 100) : 0;
    const TotalAmt = type === 'Payment' ? form.TotalAmt : (sum + tax) / 100;
    if (TotalAmt < 0) throw new Fault('6070', 'The amount must not be below zero');
    const Id = this.#nextId();
    const DocNumber =
      type === 'Payment' ? undefined : this.hasOwnNumbers ? form.DocNumber : String(1000 + Number(Id));
    const made = { ...form, Id, DocNumber, TotalAmt, tax, changedAt: this.#now() } as Form;
    this.forms[type].set(Id, made);
    return made;
  }

  /** A payment is of its customer's own invoices. */
  #checkInvoice({ CustomerRef, Line }: Form): void {
    for (const { LinkedTxn: linked = [] } of Line as (Line & { LinkedTxn?: { TxnId: string }[] })[]) {
      for (const { TxnId } of linked) {
        const invoice = this.forms.Invoice.get(TxnId);
        if (!invoice || invoice.isDeleted)
          throw new Fault('610', 'Object Not Found: Something you are trying to use has been made inactive');
        if (invoice.CustomerRef.value !== CustomerRef.value)
          throw new Fault('6000', 'The invoice is of another customer');
      }
    }
  }

  /** What a person does over there. */
  delete(type: FormType, id: string): void {
    const form = this.forms[type].get(id);
    if (form) Object.assign(form, { isDeleted: true, changedAt: this.#now() });
  }

  /** The rows that have all these values, by paths such as `CustomerRef` and `PrimaryEmailAddr`. */
  query(entity: string, where: ReadonlyMap<string, string>): Stored[] {
    const kept: Record<string, Map<string, Stored>> = {
      ...{ Account: this.accounts, Item: this.items, Customer: this.customers, TaxCode: new Map() },
      ...this.forms,
    };
    const rows = kept[entity];
    if (!rows) throw new Fault('4000', 'Error parsing query', 'ValidationFault');
    const isActive = (row: Stored) => row.Active !== false && !row.isDeleted;
    return [...rows.values()].filter(
      (row) =>
        isActive(row) &&
        [...where].every(([field, value]) => textOf(row, field).toLowerCase() === value.toLowerCase()),
    );
  }

  /** What was changed or deleted since. */
  changes(type: FormType, since: number): Record<string, unknown>[] {
    return [...this.forms[type].values()]
      .filter(({ changedAt }) => changedAt >= since)
      .map((form) => (form.isDeleted ? { Id: form.Id, status: 'Deleted' } : form));
  }

  /** Every account's balance in cents, debits above zero, by double entry over its forms. */
  balances(): ReadonlyMap<string, number> {
    const sums = new Map([...this.accounts.values()].map(({ Name }) => [Name, 0]));
    const post = (accountId: string, cents: number) => {
      const name = this.accounts.get(accountId)?.Name ?? '?';
      sums.set(name, (sums.get(name) ?? 0) + cents);
    };
    const receivable = [...this.accounts.values()].find(
      (account) => account.AccountType === 'Accounts Receivable',
    );
    const receivableId = receivable?.Id ?? '';
    for (const type of formTypes) {
      for (const form of this.forms[type].values()) {
        if (form.isDeleted) continue;
        const money = form.DepositToAccountRef?.value ?? receivableId;
        const total = toCents(form.TotalAmt);
        const sign = type === 'RefundReceipt' ? -1 : 1;
        post(money, sign * total);
        if (type === 'Payment') {
          post(receivableId, -total);
          continue;
        }
        for (const line of form.Line) {
          const item = this.items.get(line.SalesItemLineDetail?.ItemRef.value ?? '');
          post(item?.IncomeAccountRef.value ?? '', -sign * toCents(line.Amount));
        }
        const tax = Number(form.tax ?? 0);
        if (tax !== 0) sums.set('Sales tax', (sums.get('Sales tax') ?? 0) - sign * tax);
      }
    }
    return sums;
  }
}

function textOf(row: Stored, field: string): string {
  const value = row[field];
  if (typeof value !== 'object' || value === null) return String(value ?? '');
  const { value: ref, Address: address } = value as { value?: string; Address?: string };
  return ref ?? address ?? '';
}
