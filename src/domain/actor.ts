/** Somebody signed in to the CRM. */
export type Staff = {
  readonly kind: 'staff';
  readonly userId: number;
  readonly orgId: number;
  readonly email: string;
  readonly role: 'admin' | 'staff';
};

/** Whoever holds a portal link: may do what a customer may, with one proposal. */
export type Customer = { readonly kind: 'customer'; readonly proposalId: number; readonly orgId: number };

export type Actor = Staff | Customer;
