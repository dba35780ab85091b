/** A label, and what tells it from others of its name, for screen readers. */
export function Labelled({ text, of }: { text: string; of: string }) {
  return (
    <>
      {text} <span className="hidden">{of}</span>
    </>
  );
}
