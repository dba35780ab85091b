import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { answerOf, type Lead } from '../api.ts';
import { TextField } from '../fields/TextField.tsx';
import { texts } from '../texts/staff.ts';
import { formatDate } from '../time.ts';
import { Spinner } from '../ui/Spinner.tsx';
import { ActionDialog } from './ActionDialog.tsx';
import { Allowed } from './Allowed.tsx';
import { EmptyState } from './EmptyState.tsx';
import { Failure } from './Failure.tsx';
import { ShowMore } from './ShowMore.tsx';
import { useStaff, useTitle } from './staff-context.ts';

/** People who asked: note one, and make a proposal of it. */
export function LeadsPage() {
  useTitle(texts.leadsPage.leads);
  const { api } = useStaff();
  const list = useInfiniteQuery({
    queryKey: ['leads'],
    queryFn: ({ pageParam }) => answerOf(api.leads.$get({ query: pageParam ? { cursor: pageParam } : {} })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const { data, error, refetch } = list;
  const leads = data?.pages.flatMap((page) => page.data);
  return (
    <>
      <div className="title">
        <h1>{texts.leadsPage.leads}</h1>
        <Allowed to="leads:write">
          <NewLead />
        </Allowed>
      </div>
      {!leads && error ? (
        <Failure error={error} onRetry={() => refetch()} />
      ) : !leads ? (
        <Spinner label={texts.leadsPage.loadingLeads} />
      ) : leads.length === 0 ? (
        <EmptyState title={texts.leadsPage.thereAreNoLeadsYet} hint={texts.leadsPage.emptyHint} />
      ) : (
        <Leads leads={leads} />
      )}
      <ShowMore list={list} />
    </>
  );
}

function Leads({ leads }: { leads: readonly Lead[] }) {
  return (
    <table className="list">
      <caption className="hidden">{texts.leadsPage.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{texts.leadsPage.name}</th>
          <th scope="col">{texts.leadsPage.email}</th>
          <th scope="col">{texts.leadsPage.phone}</th>
          <th scope="col">{texts.leadsPage.source}</th>
          <th scope="col">{texts.leadsPage.created}</th>
          <th scope="col">
            <span className="hidden">{texts.leadsPage.action}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {leads.map((lead) => (
          <tr key={lead.id}>
            <td dir="auto">{lead.name}</td>
            <td>{lead.email ?? '–'}</td>
            <td>{lead.phone ?? '–'}</td>
            <td dir="auto">{lead.source ?? '–'}</td>
            <td className="quiet">{formatDate(lead.created_at)}</td>
            <td className="number">
              <Allowed to="proposals:write">
                <Link href="/staff/proposals/new" state={{ lead }} className="button">
                  {texts.leadsPage.makeAProposal}
                  <span className="hidden">{texts.leadsPage.for(lead.name)}</span>
                </Link>
              </Allowed>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NewLead() {
  const { api } = useStaff();
  return (
    <ActionDialog
      action={texts.leadsPage.newLead}
      title={texts.leadsPage.newLead}
      yes={texts.leadsPage.createLead}
      done={texts.leadsPage.leadCreated}
      run={(fields, requestKey) =>
        answerOf(
          api.leads.$post({
            header: { 'idempotency-key': requestKey },
            json: {
              name: String(fields.get('name')),
              ...given(fields, 'email'),
              ...given(fields, 'phone'),
              ...given(fields, 'source'),
            },
          }),
        )
      }
    >
      <TextField name="name" label={texts.leadsPage.name} most={200} />
      <TextField name="email" label={texts.leadsPage.emailOptional} kind="email" most={254} isOptional />
      <TextField name="phone" label={texts.leadsPage.phoneOptional} most={50} isOptional />
      <TextField
        name="source"
        label={texts.leadsPage.sourceOptional}
        hint={texts.leadsPage.forExample}
        most={100}
        isOptional
      />
    </ActionDialog>
  );
}

function given<Name extends string>(fields: FormData, name: Name): Partial<Record<Name, string>> {
  const text = String(fields.get(name) ?? '').trim();
  // Sound: it is the one field of that record.
  return (text ? { [name]: text } : {}) as Partial<Record<Name, string>>;
}
