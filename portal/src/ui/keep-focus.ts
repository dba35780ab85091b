import type { MouseEvent } from 'react';

/**
 * Of what leaves a form: a click takes the focus from no field. The field would say what is wrong with it, and what was clicked
 * would move away under the pointer.
 */
export const keepFocus = { onMouseDown: (event: MouseEvent) => event.preventDefault() };
