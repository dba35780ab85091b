import { type Database, sqlState } from '../db/client.ts';
import type { BooksState } from '../db/schema.ts';
import { type BooksAccess, BooksFailure, type BooksGateway, type BooksTokens } from '../domain/accounting.ts';
import type { BooksSettings } from '../domain/books.ts';
import { AppError } from '../errors.ts';
import { openTokens, sealTokens } from './sealed-tokens.ts';

/** A token that ends so soon is renewed before it is used. */
const marginMs = 2 * 60_000;

export type Connection = {
  readonly realmId: string;
  readonly state: BooksState;
  readonly settings: BooksSettings | null;
  readonly tokens: string | null;
  readonly tokenGeneration: number;
  readonly lookedAt: string | null;
};

/**
 * An org's connection to its books, as its courier sees it: nothing else refreshes the tokens. Where two couriers are alive, the
 * database keeps the tokens of one, and the other takes those.
 */
export class Connections {
  readonly #client: Database['$client'];
  readonly #orgId: number;
  readonly #gateway: BooksGateway;
  readonly #keys: () => readonly Uint8Array[];
  #reading: { readonly refused: string | null; readonly opened: Promise<string> } | undefined;

  constructor(db: Database, orgId: number, gateway: BooksGateway, keys: () => readonly Uint8Array[]) {
    this.#client = db.$client;
    this.#orgId = orgId;
    this.#gateway = gateway;
    this.#keys = keys;
  }

  /** One request. */
  async find(): Promise<Connection | null> {
    const [row] = await this.#client.query(select, [this.#orgId]);
    return (row as Connection | undefined) ?? null; // sound: the statement selects it
  }

  /** Keeps a company that was just connected. Resolves with whether it could: another org may have the company. */
  async save(realmId: string, companyName: string, tokens: BooksTokens): Promise<boolean> {
    const sealed = await sealTokens(tokens, { orgId: this.#orgId, realmId }, this.#keys());
    const saved = this.#client.query(insert, [
      ...[this.#orgId, realmId, companyName, sealed],
      ...[new Date(tokens.refreshUntil), tokens.endsAt && new Date(tokens.endsAt)],
    ]);
    return saved.then(
      (rows) => rows.length > 0,
      (error) => {
        if (sqlState(error) === '23505') return false; // the other org came first
        throw error;
      },
    );
  }

  /** Whether any org, this one too, is connected to the company. One request. */
  async isHeld(realmId: string): Promise<boolean> {
    return (await this.#client.query(holders, [realmId])).length > 0;
  }

  /** How calls get their token. */
  accessOf({ realmId }: Pick<Connection, 'realmId'>): BooksAccess {
    let last: string | null = null;
    const take = async (refused: string | null) => {
      last = await this.#open(realmId, refused);
      return last;
    };
    return { realmId, token: () => take(null), renewed: () => take(last) };
  }

  /** Forgets the tokens of what is disconnected. Resolves with the refresh token that is to be revoked, if there is one that opens. */
  async forget(): Promise<string | null> {
    const connection = await this.find();
    if (!connection?.tokens || connection.state !== 'disconnected') return null;
    await this.#client.query(forget, [this.#orgId]);
    const { realmId, tokens } = connection;
    const opened = await openTokens(tokens, { orgId: this.#orgId, realmId }, this.#keys()).catch((error) => {
      if (error instanceof AppError) return null; // its key is gone
      throw error;
    });
    return opened?.refreshToken ?? null;
  }

  async #lose(generation: number): Promise<void> {
    await this.#client.query(lose, [this.#orgId, generation]);
  }

  /** A token of this company that is not the one that was refused; renewed where it has to be, once for all who ask. */
  async #open(realmId: string, refused: string | null): Promise<string> {
    while (this.#reading && this.#reading.refused !== refused) await this.#reading.opened.catch(() => {});
    this.#reading ??= {
      refused,
      opened: this.#read(realmId, refused).finally(() => {
        this.#reading = undefined;
      }),
    };
    return this.#reading.opened;
  }

  async #read(realmId: string, refused: string | null): Promise<string> {
    const connection = await this.find();
    const isOver = connection?.state === 'disconnected'; // the tokens go a moment later
    if (!connection?.tokens || isOver || connection.realmId !== realmId) throw lost();
    const { tokenGeneration: generation } = connection;
    const tokens = await openTokens(connection.tokens, { orgId: this.#orgId, realmId }, this.#keys());
    if (!tokens) {
      await this.#lose(generation);
      throw lost();
    }
    const { accessToken, accessUntil, refreshToken } = tokens;
    const isGood = accessToken !== refused && accessUntil - marginMs > Date.now();
    return isGood ? accessToken : this.#renew(realmId, generation, refreshToken);
  }

  /** Stores the new tokens before they are used: those before are worth nothing from then on. */
  async #renew(realmId: string, generation: number, refreshToken: string): Promise<string> {
    let tokens: BooksTokens;
    try {
      tokens = await this.#gateway.refresh(refreshToken);
    } catch (error) {
      if (!(error instanceof BooksFailure && error.failure.kind === 'lost')) throw error;
      // Another courier may have used the token, and stored its successor.
      const now = await this.find();
      if (now?.tokens && now.tokenGeneration !== generation) return this.#read(realmId, null);
      await this.#lose(generation);
      throw error;
    }
    const sealed = await sealTokens(tokens, { orgId: this.#orgId, realmId }, this.#keys());
    const dates = [new Date(tokens.refreshUntil), tokens.endsAt && new Date(tokens.endsAt)];
    const params = [this.#orgId, realmId, generation, sealed, ...dates];
    const stored = await this.#client.query(update, params);
    return stored.length > 0 ? tokens.accessToken : this.#read(realmId, null);
  }
}

function lost(): BooksFailure {
  return new BooksFailure({ kind: 'lost' }, 'not_connected');
}

const select = `
  select realm_id as "realmId", state, settings, tokens, token_generation as "tokenGeneration",
    looked_at as "lookedAt"
  from books_connections where org_id = $1`;

const holders = `select from books_connections where realm_id = $1 and state <> 'disconnected'`;

/** The same company keeps its settings and goes on; another one is chosen from afresh, and gets all since the same day. */
const insert = `
  insert into books_connections (org_id, realm_id, company_name, state, tokens, refresh_by, ends_at)
  select $1::bigint, $2::text, $3::text, 'choosing', $4::text, $5::timestamptz, $6::timestamptz
  where not exists (select from books_connections where realm_id = $2 and org_id <> $1 and state <> 'disconnected')
  on conflict (org_id) do update set realm_id = excluded.realm_id, company_name = excluded.company_name, tokens = excluded.tokens,
    token_generation = books_connections.token_generation + 1, refresh_by = excluded.refresh_by, ends_at = excluded.ends_at,
    state = case when books_connections.realm_id = excluded.realm_id and books_connections.state in ('on', 'lost')
      and books_connections.settings is not null then 'on' else 'choosing' end,
    settings = case when books_connections.realm_id = excluded.realm_id then books_connections.settings end,
    looked_at = case when books_connections.realm_id = excluded.realm_id then books_connections.looked_at end,
    compared_at = null, difference_cents = null
  returning org_id`;

/** Also where another courier, which came second with the tokens before, has just given the connection up. */
const update = `
  update books_connections set tokens = $4, token_generation = token_generation + 1, refresh_by = $5, ends_at = coalesce($6, ends_at),
    state = case when state = 'lost' then 'on' else state end
  where org_id = $1 and realm_id = $2 and state <> 'disconnected'
    and (token_generation = $3 or (tokens is null and token_generation = $3 + 1))
  returning org_id`;

const lose = `
  update books_connections set tokens = null, token_generation = token_generation + 1,
    state = case when state = 'on' then 'lost' else state end
  where org_id = $1 and token_generation = $2`;

/** Not those of a connection that was made a moment later. */
const forget = `
  update books_connections set tokens = null, token_generation = token_generation + 1
  where org_id = $1 and state = 'disconnected'`;
