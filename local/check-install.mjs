import { existsSync } from 'node:fs';

// Runs before `npm run dev`, `demo` and `test`, on whichever Node there is: the project's own comes with an install script.

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || !existsSync('dist/portal/index.html')) {
  console.error(
    'What npm’s install scripts make is missing (Node 24, the portal’s pages). Run npm ci, without --ignore-scripts.',
  );
  process.exit(1);
}
