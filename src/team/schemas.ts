import * as v from 'valibot';
import { roles } from '../domain/actor.ts';
import { email } from '../http/fields.ts';
import { rowId } from '../schemas.ts';

const RoleName = v.picklist(roles);

export const InviteBody = v.object({ email: v.pipe(email, v.toLowerCase()), role: RoleName });

export const InvitationPath = v.object({ invitation_id: v.pipe(v.string(), v.uuid()) });

export const UserPath = v.object({ user_id: rowId });

export const RoleBody = v.object({ role: RoleName });
