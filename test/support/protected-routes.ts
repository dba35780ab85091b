import { contracts } from '../../src/contracts.ts';
import { holdersOf } from '../../src/domain/permissions.ts';
import { type Contract, permissionOf } from '../../src/http/contract.ts';

/** Every route that requires a staff or portal token, and whether customers may use it. */
export const protectedRoutes = Object.entries<Contract>(contracts).flatMap(
  ([route, { permission: access }]) => {
    const permission = permissionOf(access);
    if (!permission) return [];
    const example = route.replace(':proposal_id', '1').replace(':session_id', 'cs_1');
    return [{ route: example, customer: holdersOf(permission).includes('customer') }];
  },
);
