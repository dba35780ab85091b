import { contracts } from '../../src/contracts.ts';
import { holdersOf } from '../../src/domain/permissions.ts';
import { type Contract, permissionOf } from '../../src/http/contract.ts';

/** Every route that requires a staff or portal token, and whether customers may use it. */
export const protectedRoutes = Object.entries<Contract>(contracts).flatMap(
  ([route, { permission: access }]) => {
    const permission = permissionOf(access);
    if (!permission) return [];
    const example = route
      .replace(':proposal_id', '1')
      .replace(':session_id', 'cs_1')
      .replace(':invitation_id', '0b0f9f0e-3c1d-4d5a-9d51-0f3f0d9f5c11')
      .replace(':user_id', '1')
      .replace(':sid', '0b0f9f0e-3c1d-4d5a-9d51-0f3f0d9f5c11')
      .replace(':payment_id', '0b0f9f0e-3c1d-4d5a-9d51-0f3f0d9f5c11')
      .replace(':mail_id', '0b0f9f0e-3c1d-4d5a-9d51-0f3f0d9f5c11')
      .replace(':booking_id', '0b0f9f0e-3c1d-4d5a-9d51-0f3f0d9f5c11')
      .replace(':entry_id', '9');
    return [{ route: example, customer: holdersOf(permission).includes('customer') }];
  },
);
