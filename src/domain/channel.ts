/** The ways to the world. What goes over them is a reaction to the log: never done twice, whatever is folded again. */
export type Channel = 'mail';
