/** Where `npm run dev` listens. */
export const ports = { api: 8089, stripe: 8090, mailbox: 8091, intuit: 8092, portal: 5173 };
