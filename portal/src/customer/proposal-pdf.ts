import pdfMake from 'pdfmake/build/pdfmake';
import vfs from 'pdfmake/build/vfs_fonts';
import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces';
import { lineCents } from '../../../src/domain/pricing.ts';
import type { Proposal } from '../api.ts';
import { formatMoney, formatNumber, formatPercent } from '../money.ts';
import { formatDate, formatDay, formatTime } from '../time.ts';
import { stampOf } from '../ui/stamp.ts';

pdfMake.addVirtualFileSystem(vfs);

/** Saves the proposal, and the receipt if it is paid, as a PDF. */
export async function downloadPdf(proposal: Proposal): Promise<void> {
  const url = URL.createObjectURL(await pdfMake.createPdf(toDocument(proposal)).getBlob());
  const link = document.createElement('a');
  link.href = url;
  link.download = `proposal-${proposal.id}.pdf`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // some browsers are still reading it
}

function toDocument(proposal: Proposal): TDocumentDefinitions {
  const money = (cents: number) => formatMoney(cents, proposal.currency);
  const number = (text: string): Content => ({ text, alignment: 'right' });
  const stamp = stampOf(proposal);
  return {
    info: { title: proposal.title, author: proposal.org_name },
    pageSize: 'A4',
    pageMargins: [56, 56, 56, 64],
    defaultStyle: { fontSize: 10, lineHeight: 1.25 },
    styles: { title: { fontSize: 20, bold: true }, quiet: { color: '#555555' }, head: { bold: true } },
    ...(stamp ? { watermark: { text: stamp, color: '#b00020', opacity: 0.15, bold: true } } : {}),
    content: [
      { text: proposal.org_name, bold: true },
      { text: proposal.title, style: 'title', margin: [0, 12, 0, 4] },
      {
        text: `Proposal ${proposal.id}, version ${proposal.version}, of ${formatDate(proposal.created_at)}${
          proposal.valid_until ? `, valid until ${formatDay(proposal.valid_until)}` : ''
        }`,
        style: 'quiet',
      },
      {
        text: `For ${proposal.customer_name} (${proposal.customer_email})`,
        style: 'quiet',
        margin: [0, 0, 0, 20],
      },
      {
        layout: 'lightHorizontalLines',
        table: {
          headerRows: 1,
          dontBreakRows: true,
          widths: ['*', 'auto', 'auto', 'auto'],
          body: [
            [
              { text: 'Description', style: 'head' },
              { text: 'Quantity', style: 'head', alignment: 'right' },
              { text: 'Price', style: 'head', alignment: 'right' },
              { text: 'Amount', style: 'head', alignment: 'right' },
            ],
            ...proposal.line_items.map((item) => [
              item.description,
              number(formatNumber(item.quantity)),
              number(money(item.unit_price_cents)),
              number(money(lineCents(item, proposal.currency))),
            ]),
          ],
        },
      },
      toTable(toSums(proposal, money)),
      { text: 'Payments', style: 'head', margin: [0, 0, 0, 4] },
      toTable(toMoney(proposal, money)),
      ...(proposal.terms ? [{ text: proposal.terms, margin: [0, 0, 0, 16] } satisfies Content] : []),
      ...toStory(proposal).map((text): Content => ({ text, margin: [0, 0, 0, 4] })),
    ],
    footer: (page, pages) => ({
      text: `${page} / ${pages}`,
      alignment: 'center',
      style: 'quiet',
      margin: [0, 20, 0, 0],
    }),
  };
}

type Rows = readonly (readonly [name: string, value: string])[];

function toTable(rows: Rows): Content {
  return {
    margin: [0, 16, 0, 24],
    columns: [
      { text: '', width: '*' },
      {
        width: 'auto',
        layout: 'noBorders',
        table: { body: rows.map(([name, value]) => [name, { text: value, alignment: 'right' }]) },
      },
    ],
  };
}

function toSums(proposal: Proposal, money: (cents: number) => string): Rows {
  const { discounted_cents: discounted, subtotal_cents: subtotal, total_cents: total } = proposal;
  return [
    ...(subtotal === total ? [] : [['Subtotal', money(subtotal)] as const]),
    ...(discounted > 0 ? [['Discount', money(-discounted)] as const] : []),
    ...proposal.taxes.map(
      ({ percent, inclusive, amount_cents: cents }) =>
        [`${inclusive ? 'Included tax' : 'Tax'} ${formatPercent(percent)}`, money(cents)] as const,
    ),
    ['Total', money(total)],
  ];
}

/** The schedule, and how the money stands: the same sums as on the page. */
function toMoney(proposal: Proposal, money: (cents: number) => string): Rows {
  const {
    refunded_cents: refunded,
    lost_cents: lost,
    held_cents: held,
    remaining_cents: remaining,
  } = proposal;
  const isOver = proposal.status === 'void' || proposal.status === 'declined' || proposal.expired;
  return [
    ...proposal.schedule.map(
      ({ label, state, amount_cents: cents }) =>
        [`${label}${state === 'paid' ? ', paid' : ''}`, money(cents)] as const,
    ),
    ...(refunded > 0 ? [['Refunded', money(-refunded)] as const] : []),
    ...(lost > 0 ? [['Returned by the bank', money(-lost)] as const] : []),
    ...(held > 0 ? [['Paid so far', money(held)] as const] : []),
    ...(isOver ? [] : [['Remains to be paid', money(remaining)] as const]),
  ];
}

function toStory(proposal: Proposal): string[] {
  const { approved_by: name, approved_at: approvedAt } = proposal;
  const payments = proposal.payments.filter(({ reversed }) => !reversed);
  return [
    ...(name && approvedAt ? [`Approved by ${name} on ${formatTime(approvedAt)}.`] : []),
    ...payments.map(
      ({ amount_cents: cents, currency, paid_at: paidAt }) =>
        `Paid: ${formatMoney(cents, currency)} on ${formatTime(paidAt)}.`,
    ),
  ];
}
