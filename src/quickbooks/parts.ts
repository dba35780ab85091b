import * as v from 'valibot';
import { BooksFailure, type BooksPart, type Choice } from '../domain/accounting.ts';
import type { Client } from './client.ts';
import { quoted } from './names.ts';
import { isConflict, Named, parse, Ref, readRows } from './rows.ts';

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

/**
 * Another request may make it meanwhile: then that one is it. The company may use the name for something else, also for what is
 * inactive and not listed: then ours says whose it is.
 */
async function findOrMake<const S extends v.GenericSchema<unknown, v.InferOutput<typeof Named>>>(
  client: Client,
  entity: string,
  name: string,
  body: object,
  schema: S,
  isOfItsKind: (row: v.InferOutput<S>) => boolean,
): Promise<Choice> {
  const find = () => readRows(client, entity, `Name = ${quoted(name)}`, schema);
  let [known] = await find();
  if (!known) {
    const made = await make(client, entity, { Name: name, ...body });
    if (made) return { id: made.Id, name: made.Name };
    [known] = await find();
  }
  if (known && isOfItsKind(known)) return { id: known.Id, name: known.Name };
  if (name.endsWith(ourSuffix)) throw new BooksFailure({ kind: 'blocked', reason: 'conflict' }, 'name_taken');
  return findOrMake(client, entity, `${name}${ourSuffix}`, body, schema, isOfItsKind);
}

/** Undefined where something has the name. */
async function make(client: Client, entity: string, body: object) {
  try {
    return parse(Named, await client.create(entity, body, crypto.randomUUID()));
  } catch (error) {
    if (isConflict(error)) return;
    throw error;
  }
}

const ourSuffix = ' (portal)';
