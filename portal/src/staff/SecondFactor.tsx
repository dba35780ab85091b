import { Form } from '@base-ui/react/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, type RecoveryCodes, type TotpKey } from '../api.ts';
import { TextField } from '../fields/TextField.tsx';
import { formatNumber } from '../money.ts';
import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';
import { keepFocus } from '../ui/keep-focus.ts';
import { Spinner } from '../ui/Spinner.tsx';
import { ConfirmedAction } from './ConfirmedAction.tsx';
import { Failure } from './Failure.tsx';
import { useStaff } from './staff-context.ts';
import { useToast } from './Toasts.tsx';
import { useFieldErrors } from './use-field-errors.ts';
import { useOneAtATime } from './use-one-at-a-time.ts';
import { useUnsaved } from './use-unsaved.ts';

const words = texts.secondFactor;

/** An authenticator app beside the password: off, being set up, or on. */
export function SecondFactor() {
  const { api } = useStaff();
  const queries = useQueryClient();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ['second-factor'],
    queryFn: () => answerOf(api.auth.second_factor.$get()),
  });
  function onCodes({ recovery_codes: made }: RecoveryCodes) {
    setCodes(made);
    return queries.invalidateQueries({ queryKey: ['second-factor'] });
  }
  return (
    <section className="card account">
      <h2>{words.title}</h2>
      {codes ? (
        <Codes codes={codes} onKept={() => setCodes(null)} />
      ) : data?.is_on ? (
        <On left={data.recovery_codes_left} onCodes={onCodes} />
      ) : data ? (
        <Off onCodes={onCodes} />
      ) : error ? (
        <Failure error={error} onRetry={() => refetch()} />
      ) : (
        <Spinner label={words.loading} />
      )}
    </section>
  );
}

type OnCodes = (made: RecoveryCodes) => Promise<unknown>;

function Off({ onCodes }: { onCodes: OnCodes }) {
  const { api } = useStaff();
  const begin = useOneAtATime(async () => {
    const [key, { renderSVG }] = await Promise.all([
      answerOf(api.auth.second_factor.$post()),
      import('uqr'), // what draws it comes when it is needed
    ]);
    return { ...key, qrCode: `data:image/svg+xml,${encodeURIComponent(renderSVG(key.uri))}` };
  });
  const beginning = useMutation({ mutationFn: begin });
  if (beginning.data) {
    return <SetUp appKey={beginning.data} onCodes={onCodes} onCancel={() => beginning.reset()} />;
  }
  return (
    <>
      <p className="quiet">{words.isOff}</p>
      {beginning.error && <Failure error={beginning.error} />}
      <Button onClick={() => beginning.mutate()} busy={beginning.isPending && words.settingUp}>
        {words.setUp}
      </Button>
    </>
  );
}

function SetUp({
  appKey: { secret, qrCode },
  onCodes,
  onCancel,
}: {
  appKey: TotpKey & { readonly qrCode: string };
  onCodes: OnCodes;
  onCancel: () => void;
}) {
  const { api, me } = useStaff();
  const confirm = useOneAtATime((code: string) =>
    answerOf(api.auth.second_factor.confirm.$post({ json: { code } })),
  );
  const queries = useQueryClient();
  const confirming = useMutation({
    mutationFn: confirm,
    onSuccess: onCodes,
    // It may be on, and only the answer have been lost: then it shows, and new recovery codes can be made.
    onError: () => queries.invalidateQueries({ queryKey: ['second-factor'] }),
  });
  const { errors, onChanged } = useFieldErrors(confirming.error, me.currency);
  return (
    <>
      <p>{words.scan}</p>
      <img className="qr" src={qrCode} alt={words.qrCode} />
      <p>
        {words.typeIt} <code translate="no">{secret.match(/.{1,4}/g)?.join(' ')}</code>
      </p>
      <p>{words.typeCode}</p>
      <Form
        className="stack"
        errors={errors}
        onChange={onChanged}
        onFormSubmit={({ code }) => !confirming.isPending && confirming.mutate(String(code))}
      >
        <TextField
          name="code"
          label={words.code}
          most={50}
          autoComplete="one-time-code"
          missing={words.codeMissing}
        />
        {confirming.error && Object.keys(errors).length === 0 && <Failure error={confirming.error} />}
        <div className="actions">
          <Button {...keepFocus} onClick={onCancel}>
            {words.cancel}
          </Button>
          <Button type="submit" kind="primary" busy={confirming.isPending && words.switchingOn}>
            {words.switchOn}
          </Button>
        </div>
      </Form>
    </>
  );
}

function On({ left, onCodes }: { left: number; onCodes: OnCodes }) {
  const { api } = useStaff();
  return (
    <>
      <p>
        {words.isOn} {left > 0 ? words.left(formatNumber(left), left === 1) : words.none}
      </p>
      <div className="actions">
        <ConfirmedAction
          words={{
            action: words.makeCodes,
            question: words.makeCodesQuestion,
            yes: words.makeThem,
            busy: words.making,
            no: words.no,
            done: words.made,
          }}
          run={async () => onCodes(await answerOf(api.auth.second_factor.recovery_codes.$post()))}
        >
          {words.makeCodesHint}
        </ConfirmedAction>
        <ConfirmedAction
          words={{
            action: words.switchOff,
            question: words.switchOffQuestion,
            yes: words.switchOff,
            busy: words.switchingOff,
            no: words.no,
            done: words.isSwitchedOff,
          }}
          run={() => answerOf(api.auth.second_factor.remove.$post())}
        >
          {words.switchOffHint}
        </ConfirmedAction>
      </div>
    </>
  );
}

/** Shown this once. */
function Codes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  useUnsaved(true);
  const toast = useToast();
  const copying = useMutation({
    mutationFn: () => navigator.clipboard.writeText(codes.join('\n')),
    onSuccess: () => toast(words.copied),
    onError: () => toast(words.copyByHand),
  });
  return (
    <>
      <h3>{words.keepThese}</h3>
      <p>{words.keepHint}</p>
      <ul className="codes" translate="no">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="actions">
        <Button onClick={() => copying.mutate()}>{words.copy}</Button>
        <Button kind="primary" onClick={onKept}>
          {words.kept}
        </Button>
      </div>
    </>
  );
}
