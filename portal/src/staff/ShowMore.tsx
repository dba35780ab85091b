import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';
/** Fetches the next page of a list, where there is one. */
export function ShowMore({
  list: { hasNextPage, isFetchingNextPage, fetchNextPage },
}: {
  list: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => unknown;
  };
}) {
  if (!hasNextPage) return null;
  return (
    <p>
      <Button onClick={() => fetchNextPage()} busy={isFetchingNextPage && texts.showMore.loading}>
        {texts.showMore.showMore}
      </Button>
    </p>
  );
}
