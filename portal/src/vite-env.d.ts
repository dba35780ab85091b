interface ImportMetaEnv {
  /** Where the API is; empty if it is on the page's own origin. */
  readonly API_URL: string;
}
