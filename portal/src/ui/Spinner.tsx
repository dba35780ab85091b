/** Shows that something is in progress; `label` says what. */
export function Spinner({ label }: { label: string }) {
  return (
    <p className="spinner" role="status">
      <span aria-hidden="true" />
      {label}
    </p>
  );
}
