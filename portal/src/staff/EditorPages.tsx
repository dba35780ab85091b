import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { answerOf, Problem } from '../api.ts';
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
  // A second click, or the same try after a lost answer, makes no second proposal.
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
  useTitle(`Change proposal ${id}`);
  const { api } = useStaff();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const param = { proposal_id: id };
  const { data, error, refetch } = useQuery({
    // Not kept: what somebody edits must not change under their hands, nor begin from what was.
    queryKey: ['editing', id],
    queryFn: () => answerOf(api.proposals[':proposal_id'].$get({ param })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const save = useMutation({
    mutationFn: (draft: Draft) =>
      answerOf(api.proposals[':proposal_id'].$patch({ param, json: { ...draft, version: data?.version } })),
    onSuccess: async () => {
      await queries.invalidateQueries();
      navigate(`/staff/proposals/${id}`);
    },
  });
  if (!data && error) return <Failure error={error} onRetry={() => refetch()} />;
  if (!data) return <Spinner label="Opening the proposal…" />;
  const isOvertaken = save.error instanceof Problem && save.error.code === 'version_conflict';
  return (
    <>
      <h1>Change “{data.title}”</h1>
      {data.approved_by && (
        <Notice title={`${data.approved_by} has approved this version.`}>
          <p>A change makes a new one, which has to be approved anew.</p>
        </Notice>
      )}
      <ProposalEditor
        start={data}
        onSave={save.mutate}
        isBusy={save.isPending || save.isSuccess}
        action="Save as a new version"
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
