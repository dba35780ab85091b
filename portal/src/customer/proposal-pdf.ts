import pdfMake from 'pdfmake/build/pdfmake';
import vfs from 'pdfmake/build/vfs_fonts';
import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces';
import { lineCents } from '../../../src/domain/pricing.ts';
import type { Proposal } from '../api.ts';
import { formatMoney, formatNumber } from '../money.ts';
import { formatDate, formatTime } from '../time.ts';

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
  const { total_cents: total, deposit_cents: deposit } = proposal;
  const number = (text: string): Content => ({ text, alignment: 'right' });
  return {
    info: { title: proposal.title, author: proposal.org_name },
    pageSize: 'A4',
    pageMargins: [56, 56, 56, 64],
    defaultStyle: { fontSize: 10, lineHeight: 1.25 },
    styles: { title: { fontSize: 20, bold: true }, quiet: { color: '#555555' }, head: { bold: true } },
    content: [
      { text: proposal.org_name, bold: true },
      { text: proposal.title, style: 'title', margin: [0, 12, 0, 4] },
      {
        text: `Proposal ${proposal.id}, version ${proposal.version}, of ${formatDate(proposal.created_at)}`,
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
      {
        margin: [0, 16, 0, 24],
        columns: [
          { text: '', width: '*' },
          {
            width: 'auto',
            layout: 'noBorders',
            table: {
              body: [
                [
                  { text: 'Total', bold: true },
                  { text: money(total), bold: true, alignment: 'right' },
                ],
                ['Deposit, to begin with', number(money(deposit))],
                ['Remains to be paid later', number(money(total - deposit))],
              ],
            },
          },
        ],
      },
      ...toStory(proposal, money).map((text): Content => ({ text, margin: [0, 0, 0, 4] })),
    ],
    footer: (page, pages) => ({
      text: `${page} / ${pages}`,
      alignment: 'center',
      style: 'quiet',
      margin: [0, 20, 0, 0],
    }),
  };
}

function toStory(proposal: Proposal, money: (cents: number) => string): string[] {
  const { approved_by: name, approved_at: approvedAt, paid_at: paidAt } = proposal;
  return [
    ...(name && approvedAt ? [`Approved by ${name} on ${formatTime(approvedAt)}.`] : []),
    ...(paidAt ? [`Paid: ${money(proposal.paid_cents)} on ${formatTime(paidAt)}.`] : []),
    ...(proposal.refunded_cents > 0 ? [`Refunded: ${money(proposal.refunded_cents)}.`] : []),
  ];
}
