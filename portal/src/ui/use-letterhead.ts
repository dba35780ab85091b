import { type CSSProperties, useLayoutEffect } from 'react';
import type { Letterhead } from '../api.ts';
import { formatIn } from '../formats.ts';

type Look = Pick<Letterhead, 'colour' | 'locale' | 'paper_size'>;

/**
 * Shows what is within an element as the org presents itself: dates and money in its locale, its colour, its size of paper.
 * Returns the element's attributes.
 */
export function useLetterhead({ colour, locale, paper_size: paper }: Look) {
  formatIn(locale); // before what is within is drawn
  useLayoutEffect(() => {
    formatIn(locale);
    return () => formatIn(null);
  }, [locale]);
  const classes = [colour && 'has-colour', paper && `paper-${paper}`].filter(Boolean).join(' ');
  // Sound: React sets custom properties too.
  const style = colour ? ({ '--colour': colour } as CSSProperties) : undefined;
  return { className: classes, style };
}
