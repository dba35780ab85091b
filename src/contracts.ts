import type { ExtractSchema } from 'hono/types';
import type { GenericSchema } from 'valibot';
import type { AppType } from './app.ts';
import { auditComponents, auditContracts } from './audit/contract.ts';
import { authComponents, authContracts } from './auth/contract.ts';
import { bookkeepingComponents, bookkeepingContracts } from './bookkeeping/contract.ts';
import { type Contract, sharedComponents } from './http/contract.ts';
import { leadComponents, leadContracts } from './leads/contract.ts';
import { operationComponents, operationContracts } from './operations/contract.ts';
import { orgComponents, orgContracts } from './orgs/contract.ts';
import { byHandComponents, byHandContracts } from './payments/by-hand-contract.ts';
import { paymentComponents, paymentContracts } from './payments/contract.ts';
import { activityContracts } from './proposals/activity-contract.ts';
import { proposalComponents } from './proposals/answer-schemas.ts';
import { proposalContracts } from './proposals/contract.ts';
import { recipientComponents, recipientContracts } from './recipients/contract.ts';
import { reportComponents, reportContracts } from './reports/contract.ts';
import { teamComponents, teamContracts } from './team/contract.ts';

type Schema = ExtractSchema<AppType>;

/** The routes of the app: `'GET /leads' | 'POST /leads' | …`. */
export type Route = { [Path in keyof Schema & string]: RouteAt<Path, keyof Schema[Path]> }[keyof Schema &
  string];

type RouteAt<Path extends string, Method> = Method extends `$${infer Name}`
  ? `${Uppercase<Name>} ${Path}`
  : never;

/** What the handler checks of a request (`input`), and what it answers. */
type Endpoint<R extends Route> = R extends `${infer Method} ${infer Path extends keyof Schema & string}`
  ? Schema[Path][`$${Lowercase<Method>}` & keyof Schema[Path]]
  : never;

/** A contract of what the handler checks and answers. */
type ContractOf<E extends { input: unknown; output: unknown; outputFormat: unknown }> = Contract<
  E['outputFormat'] extends 'json' ? E['output'] : unknown
> &
  (E['input'] extends { param: object } ? { path: object } : unknown) &
  (E['input'] extends { query: object } ? { query: object } : unknown) &
  (E['input'] extends { header: object } ? { headers: object } : unknown) &
  (E['input'] extends { json: infer Body } ? { body: GenericSchema<Body> } : unknown);

/** The contract of every route. A route without one, or with another body or answer than its contract's, does not compile. */
export const contracts = {
  ...authContracts,
  ...auditContracts,
  ...teamContracts,
  ...orgContracts,
  ...leadContracts,
  ...proposalContracts,
  ...activityContracts,
  ...paymentContracts,
  ...byHandContracts,
  ...recipientContracts,
  ...bookkeepingContracts,
  ...reportContracts,
  ...operationContracts,
} satisfies { [R in Route]: ContractOf<Endpoint<R>> };

/** The schemas that the reference names. */
export const components = {
  ...sharedComponents,
  ...authComponents,
  ...auditComponents,
  ...teamComponents,
  ...orgComponents,
  ...leadComponents,
  ...proposalComponents,
  ...paymentComponents,
  ...byHandComponents,
  ...recipientComponents,
  ...bookkeepingComponents,
  ...reportComponents,
  ...operationComponents,
};
