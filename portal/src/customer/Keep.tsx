import { texts } from '../texts/customer.ts';
import { Button } from '../ui/Button.tsx';
/**
 * Lets the customer keep the page on paper, or as a PDF: every browser prints to one, with the fonts of every script that its
 * system has, on the paper that its printer has.
 */
export function Keep() {
  return (
    <p className="keep">
      <Button onClick={() => print()}>{texts.keep.printOrSaveAsPdf}</Button>
    </p>
  );
}
