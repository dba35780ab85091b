import { Link } from 'wouter';
import { texts } from '../texts/staff.ts';
import { useMay } from './Allowed.tsx';
import { useStaff } from './staff-context.ts';

const words = texts.firstSteps;

/** The way of a new org to its first payment, until that has come. */
export function FirstSteps() {
  const { me } = useStaff();
  const mayWrite = useMay('proposals:write');
  const isAdmin = useMay('org:write');
  const { first_steps: done } = me;
  // While a deploy is under way, a Worker of the version before may have answered.
  if (!done || !mayWrite) return null;
  const steps = [
    ...(isAdmin
      ? [
          { ...words.setUp, href: '/staff/settings', isDone: done.set_up },
          { ...words.invite, href: '/staff/team', isDone: done.invited },
        ]
      : []),
    { ...words.make, href: '/staff/proposals/new', isDone: done.made },
    { ...words.send, href: null, isDone: done.sent },
    { ...words.approve, href: null, isDone: done.approved },
    { ...words.pay, href: null, isDone: false },
  ];
  const next = steps.find(({ isDone }) => !isDone);
  return (
    <section className="card first-steps" aria-labelledby="first-steps">
      <h2 id="first-steps">{words.title}</h2>
      <ol>
        {steps.map(({ title, hint, href, isDone, ...step }) => (
          <li key={title} className={isDone ? 'done' : undefined}>
            <span aria-hidden="true">{isDone ? '✓' : '○'}</span>
            <span>
              <strong>{title}</strong>
              {isDone && <span className="hidden">{words.done}</span>}
              {!isDone && <span className="quiet">{hint}</span>}
            </span>
            {!isDone && href && 'action' in step && (
              <Link href={href} className={next?.title === title ? 'button primary' : 'button'}>
                {step.action}
              </Link>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
