import * as v from 'valibot';
import { auditActions } from '../db/schema.ts';
import { rowId } from '../schemas.ts';

export const AuditQuery = v.object({
  action: v.optional(v.picklist(auditActions)),
  user_id: v.optional(rowId),
  cursor: v.optional(rowId),
});
