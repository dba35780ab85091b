import * as v from 'valibot';
import type { BooksPart, Choice } from '../domain/accounting.ts';
import type { Client } from './client.ts';
import { quoted } from './names.ts';
import { Named, parse, Ref, readRows } from './rows.ts';

export const liability = 'Other Current Liability';

/** Finds what has the name that we would give it and is of its kind, or makes it. */
export async function makePart(client: Client, part: BooksPart): Promise<Choice> {
  switch (part) {
    case 'clearing_account':
      return findOrMakeAccount(client, 'Stripe clearing', 'Bank', 'Checking');
    case 'deposit_item': {
      const account = await findOrMakeAccount(
        client,
        'Customer deposits',
        liability,
        'OtherCurrentLiabilities',
      );
      return findOrMakeItem(client, 'Deposit', account);
    }
    case 'income_item': {
      const account = await findOrMakeAccount(client, 'Proposal income', 'Income', 'ServiceFeeIncome');
      return findOrMakeItem(client, 'Proposal', account);
    }
  }
}

const Account = v.object({ ...Named.entries, AccountType: v.string() });
const Item = v.object({ ...Named.entries, IncomeAccountRef: v.optional(Ref) });

function findOrMakeAccount(client: Client, name: string, type: string, subType: string): Promise<Choice> {
  const body = { AccountType: type, AccountSubType: subType };
  return findOrMake(client, 'Account', name, body, Account, ({ AccountType }) => AccountType === type);
}

function findOrMakeItem(client: Client, name: string, account: Choice): Promise<Choice> {
  const body = { Type: 'Service', IncomeAccountRef: { value: account.id } };
  const isOfAccount = (item: v.InferOutput<typeof Item>) => item.IncomeAccountRef?.value === account.id;
  return findOrMake(client, 'Item', name, body, Item, isOfAccount);
}

/** The company may use the name for something else: then ours says whose it is. */
async function findOrMake<const S extends v.GenericSchema<unknown, v.InferOutput<typeof Named>>>(
  client: Client,
  entity: string,
  name: string,
  body: object,
  schema: S,
  isOfItsKind: (row: v.InferOutput<S>) => boolean,
): Promise<Choice> {
  const [known] = await readRows(client, entity, `Name = ${quoted(name)}`, schema);
  if (known && isOfItsKind(known)) return { id: known.Id, name: known.Name };
  if (known && !name.endsWith(ourSuffix))
    return findOrMake(client, entity, `${name}${ourSuffix}`, body, schema, isOfItsKind);
  const made = parse(Named, await client.create(entity, { Name: name, ...body }, crypto.randomUUID()));
  return { id: made.Id, name: made.Name };
}

const ourSuffix = ' (portal)';
