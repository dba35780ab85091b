import { resolve } from 'node:path';

// Wrangler keeps its settings and logs in the home folder, which need not be writable. Imported before Wrangler, which asks
// at once.
process.env.XDG_CONFIG_HOME ??= resolve('.wrangler/config');
