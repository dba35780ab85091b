import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { answerOf, Problem, type Proposal } from '../api.ts';
import { Notice } from '../ui/Notice.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { Failure } from './Failure.tsx';
import { type Draft, ProposalEditor } from './ProposalEditor.tsx';
import { useStaff, useTitle } from './staff-context.ts';

export function NewProposalPage() {
  useTitle('New proposal');
  const { api } = useStaff();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  // A second click, or a retry after a lost answer, creates no second proposal.
  const [form] = useState(() => crypto.randomUUID());
  const create = useMutation({
    mutationFn: (draft: Draft) =>
      answerOf(api.proposals.$post({ json: draft, header: { 'idempotency-key': form } })),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['proposals'] });
      navigate(`/staff/proposals/${id}`);
    },
  });
  return (
    <>
      <h1>New proposal</h1>
      <ProposalEditor
        onSave={create.mutate}
        isBusy={create.isPending || create.isSuccess}
        action="Create draft"
      >
        {create.error && <Failure error={create.error} />}
      </ProposalEditor>
    </>
  );
}

export function EditProposalPage({ id }: { id: string }) {
  useTitle(`Edit proposal ${id}`);
  const { api } = useStaff();
  const { data, error, refetch } = useQuery({
    queryKey: ['editing', id],
    queryFn: () => answerOf(api.proposals[':proposal_id'].$get({ param: { proposal_id: id } })),
    gcTime: 0, // an edit never starts from an old copy
  });
  if (data) return <EditProposal proposal={data} />;
  if (error) return <Failure error={error} onRetry={() => refetch()} />;
  return <Spinner label="Opening the proposal…" />;
}

function EditProposal({ proposal }: { proposal: Proposal }) {
  const { api } = useStaff();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  // The version that was opened is the one that is changed: if it is outdated, the API refuses the change.
  const [start] = useState(proposal);
  const param = { proposal_id: String(start.id) };
  const save = useMutation({
    mutationFn: (draft: Draft) =>
      answerOf(api.proposals[':proposal_id'].$patch({ param, json: { ...draft, version: start.version } })),
    onSuccess: async () => {
      await queries.invalidateQueries();
      navigate(`/staff/proposals/${start.id}`);
    },
  });
  const isOvertaken = save.error instanceof Problem && save.error.code === 'version_conflict';
  return (
    <>
      <h1>Edit “{start.title}”</h1>
      {start.approved_by && (
        <Notice title={`${start.approved_by} has approved this version.`}>
          <p>A new version must be approved again. A corrected name or address need not.</p>
        </Notice>
      )}
      <ProposalEditor
        start={start}
        onSave={save.mutate}
        isBusy={save.isPending || save.isSuccess}
        action="Save new version"
      >
        {isOvertaken ? (
          <Notice kind="bad" title="Somebody else changed this proposal meanwhile.">
            <p>Nothing was saved. Open it again to see what it says now.</p>
            <p>
              <button type="button" onClick={() => location.reload()}>
                Open it again
              </button>
            </p>
          </Notice>
        ) : (
          save.error && <Failure error={save.error} />
        )}
      </ProposalEditor>
    </>
  );
}
