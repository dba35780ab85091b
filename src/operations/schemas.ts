import * as v from 'valibot';
import { rowId } from '../schemas.ts';

/** `org_id` asks for the series of that org alone. */
export const MetricsQuery = v.object({ org_id: v.optional(rowId) });
