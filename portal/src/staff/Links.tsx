import { useQuery } from '@tanstack/react-query';
import { answerOf, type Proposal, type SentLink } from '../api.ts';
import { texts } from '../texts/staff.ts';
import { formatDate, formatTime } from '../time.ts';
import { Failure } from './Failure.tsx';
import { useStaff } from './staff-context.ts';

const words = texts.links;

/** The links that were sent to the customer: to whom, when, opened, and what became of each. Nothing where none was. */
export function Links({ proposal }: { proposal: Proposal }) {
  const { api } = useStaff();
  const { data, error, refetch } = useQuery({
    queryKey: ['links', proposal.id],
    queryFn: () =>
      answerOf(api.proposals[':proposal_id'].links.$get({ param: { proposal_id: String(proposal.id) } })),
  });
  if (!data) return error ? <Failure error={error} onRetry={() => refetch()} /> : null;
  if (data.data.length === 0) return null;
  return (
    <section aria-labelledby="links" className="links">
      <h2 id="links">{words.title}</h2>
      <ul>
        {data.data.map((link) => (
          <li key={link.sent_at} className={link.state}>
            <span>
              {link.mailed ? words.mailed : words.copied}
              {link.to && (
                <>
                  {words.to} <bdi translate="no">{link.to}</bdi>
                </>
              )}
              {link.version > 1 && words.version(link.version)}
            </span>
            <span className="quiet">
              {formatTime(link.sent_at)}
              {link.sent_by && words.by(link.sent_by)}
            </span>
            <span className="quiet">
              {link.opened_at ? words.opened(formatTime(link.opened_at)) : words.notOpened}
              {' · '}
              {whatBecame(link)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function whatBecame({ state, ends_at: at }: SentLink): string {
  const day = at ? formatDate(at) : '';
  return words.states[state](day);
}
