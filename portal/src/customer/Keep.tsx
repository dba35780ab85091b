import { useMutation } from '@tanstack/react-query';
import type { Proposal } from '../api.ts';

/** Ways to keep the proposal: on paper, or as a file. */
export function Keep({ proposal }: { proposal: Proposal }) {
  const download = useMutation({
    // Loaded on demand: the library is larger than the rest of the page.
    mutationFn: async () => (await import('./proposal-pdf.ts')).downloadPdf(proposal),
  });
  return (
    <p className="keep">
      <button type="button" onClick={() => print()}>
        Print
      </button>
      <button type="button" onClick={() => download.mutate()} disabled={download.isPending}>
        {download.isPending ? 'Making the PDF…' : 'Download PDF'}
      </button>
      {download.isError && <span role="alert">The PDF could not be made. Please try again, or print.</span>}
    </p>
  );
}
