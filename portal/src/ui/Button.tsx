import type { ComponentProps } from 'react';

type Props = Omit<ComponentProps<'button'>, 'className'> & {
  /** What it leads to: what is next, what cannot be undone, or something beside the text. */
  readonly kind?: 'primary' | 'danger' | 'link' | undefined;
  readonly isLarge?: boolean;
  /** What it says while it is at work. Then it keeps the focus, and another click does nothing. */
  readonly busy?: string | false;
};

export function Button({
  kind,
  isLarge,
  busy = false,
  type = 'button',
  onClick,
  children,
  ...others
}: Props) {
  const className = [kind, isLarge && 'large'].filter(Boolean).join(' ');
  const isBusy = busy !== false;
  return (
    <button
      {...others}
      {...(className ? { className } : {})}
      {...(isBusy ? { 'aria-disabled': true } : { onClick })}
      type={type}
    >
      {isBusy ? busy : children}
    </button>
  );
}
