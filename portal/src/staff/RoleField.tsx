import { roles } from '../../../src/domain/actor.ts';
import type { Member } from '../api.ts';
import { texts } from '../texts/staff.ts';

/** What a person may do, by its name in a form: `role`. */
export function RoleField({ start }: { start: Member['role'] }) {
  return (
    <label>
      {texts.teamPage.role}
      <select name="role" defaultValue={start}>
        {roles.map((role) => (
          <option key={role} value={role}>
            {texts.accountPage.roles[role]}
          </option>
        ))}
      </select>
    </label>
  );
}

// Sound: the field has no other options.
export const roleOf = (fields: FormData) => String(fields.get('role')) as Member['role'];
