import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { answerOf, type Lead, Problem, type Proposal } from '../api.ts';
import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/Notice.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { type Draft, draftOf, newDraft, type ProposalBody } from './draft.ts';
import { Failure } from './Failure.tsx';
import { useKeptDraft } from './kept-draft.ts';
import { listPath } from './list-query.ts';
import { ProposalEditor } from './ProposalEditor.tsx';
import { useStaff, useTitle } from './staff-context.ts';
import { useToast } from './Toasts.tsx';

export function NewProposalPage() {
  useTitle(texts.editorPages.newProposal);
  const { api, me } = useStaff();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  // Where it is made of a lead, the page before has handed it over.
  const [lead] = useState(() => (history.state as { readonly lead?: Lead } | null)?.lead ?? null);
  const toast = useToast();
  const work = useKeptDraft(me.user_id, `new:${lead?.id ?? ''}`, () => newDraft(me, lead));
  const onCancel = useDiscard(work);
  const create = useMutation({
    mutationFn: (json: ProposalBody) =>
      answerOf(
        api.proposals.$post({
          json: { ...json, ...(lead ? { lead_id: lead.id } : {}) },
          // A second click, or a retry after a lost answer, creates no second proposal.
          header: { 'idempotency-key': work.requestKey },
        }),
      ),
    onSuccess: async ({ id }) => {
      work.forget();
      toast(texts.editorPages.draftCreated);
      await queries.invalidateQueries({ queryKey: ['proposals'] });
      navigate(`/staff/proposals/${id}`);
    },
  });
  return (
    <>
      <h1>{texts.editorPages.newProposal}</h1>
      <KeptDraft work={work} />
      <ProposalEditor
        draft={work.draft}
        currency={me.currency}
        onChange={work.change}
        onSave={create.mutate}
        error={create.error}
        isBusy={create.isPending || create.isSuccess}
        action={texts.editorPages.createDraft}
        cancelTo={listPath()}
        onCancel={onCancel}
      >
        {create.error && <Failure error={create.error} />}
      </ProposalEditor>
    </>
  );
}

export function EditProposalPage({ id }: { id: string }) {
  useTitle(texts.editorPages.editProposal(id));
  const { api } = useStaff();
  const { data, error, refetch } = useQuery({
    queryKey: ['editing', id],
    queryFn: () => answerOf(api.proposals[':proposal_id'].$get({ param: { proposal_id: id } })),
    gcTime: 0, // an edit never starts from an old copy
  });
  if (data) return <EditProposal proposal={data} />;
  if (error) return <Failure error={error} onRetry={() => refetch()} />;
  return <Spinner label={texts.editorPages.openingTheProposal} />;
}

function EditProposal({ proposal }: { proposal: Proposal }) {
  const { api, me } = useStaff();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  // The version that was opened is the one that is changed: if it is outdated, the API refuses the change. What was typed
  // into another version is not taken up again.
  const [start] = useState(proposal);
  const toast = useToast();
  const work = useKeptDraft(me.user_id, `${start.id}:v${start.version}`, () => draftOf(start));
  const param = { proposal_id: String(start.id) };
  const onCancel = useDiscard(work);
  const save = useMutation({
    mutationFn: (body: ProposalBody) =>
      answerOf(
        api.proposals[':proposal_id'].$patch({
          param,
          json: { ...withoutUntouchedCustomer(body, work.start), version: start.version },
        }),
      ),
    onSuccess: async ({ version }) => {
      work.forget();
      toast(version === start.version ? texts.editorPages.saved : texts.editorPages.savedAsVersion(version));
      await queries.invalidateQueries();
      navigate(`/staff/proposals/${start.id}`);
    },
  });
  const isOvertaken = save.error instanceof Problem && save.error.code === 'version_conflict';
  return (
    <>
      <h1>
        {texts.editorPages.edit[0]}
        <bdi>{start.title}</bdi>
        {texts.editorPages.edit[1]}
      </h1>
      {!start.approved_by && start.sent_version === start.version && (
        <Notice title={texts.editorPages.hasThisVersion(start.customer_name)}>
          <p>{texts.editorPages.sendTheNextOne}</p>
        </Notice>
      )}
      {start.approved_by && (
        <Notice title={texts.editorPages.hasApprovedThisVersion(start.approved_by)}>
          <p>{texts.editorPages.approvedHint}</p>
        </Notice>
      )}
      <KeptDraft work={work} />
      <ProposalEditor
        draft={work.draft}
        currency={start.currency}
        onChange={work.change}
        onSave={save.mutate}
        error={save.error}
        isBusy={save.isPending || save.isSuccess}
        action={texts.editorPages.saveNewVersion}
        cancelTo={`/staff/proposals/${start.id}`}
        onCancel={onCancel}
      >
        {isOvertaken ? (
          <Notice kind="bad" title={texts.editorPages.overtaken}>
            <p>{texts.editorPages.overtakenHint}</p>
            <p>
              <Button onClick={work.restart}>{texts.editorPages.openItAgain}</Button>
            </p>
          </Notice>
        ) : (
          save.error && <Failure error={save.error} />
        )}
      </ProposalEditor>
    </>
  );
}

/** Discards a draft, and says so with a way back to it. */
function useDiscard(work: ReturnType<typeof useKeptDraft>) {
  const toast = useToast();
  const [path, navigate] = useLocation();
  return () => {
    const keep = work.discard();
    const { state } = history; // of a proposal that is made of a lead, the lead
    if (!keep) return;
    toast(texts.editorPages.draftDiscarded, () => {
      keep();
      navigate(path, { state });
    });
  };
}

/** A correction of the customer is no new version, so an edit that has not touched it must not undo one. */
function withoutUntouchedCustomer(body: ProposalBody, start: Draft): Partial<ProposalBody> {
  const { customer_name: name, customer_email: email, ...others } = body;
  return {
    ...others,
    ...(name === start.customer_name ? {} : { customer_name: name }),
    ...(email === start.customer_email ? {} : { customer_email: email }),
  };
}

/** Says that an earlier visit’s work is still there, and offers to begin again. */
function KeptDraft({ work }: { work: ReturnType<typeof useKeptDraft> }) {
  if (!work.isKept) return null;
  return (
    <Notice title={texts.editorPages.thisIsWhatYouHadTyped}>
      <p>
        <Button onClick={work.restart}>{texts.editorPages.startAgain}</Button>
      </p>
    </Notice>
  );
}
