/** The ways to the world. What goes over them is a reaction to the log: never done twice, whatever is folded again. */
export const channelNames = ['mail', 'books'] as const;

export type Channel = (typeof channelNames)[number];
