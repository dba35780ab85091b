import { texts } from '../texts/customer.ts';
/**
 * Lets the customer keep the page on paper, or as a PDF: every browser prints to one, with the fonts of every script that its
 * system has, on the paper that its printer has.
 */
export function Keep() {
  return (
    <p className="keep">
      <button type="button" onClick={() => print()}>
        {texts.keep.printOrSaveAsPdf}
      </button>
    </p>
  );
}
