import * as v from 'valibot';
import { ProposalParam } from '../schemas.ts';

/** A mail of a proposal, by the id that its timeline names. */
export const MailParam = v.object({ ...ProposalParam.entries, mail_id: v.pipe(v.string(), v.uuid()) });

/** A JWT is far shorter. */
export const RemindersQuery = v.object({ token: v.pipe(v.string(), v.maxLength(2_000)) });
