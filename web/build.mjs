// Builds both apps into the Python package, where the wheel finds them.
import { build } from 'vite';

for (const mode of ['hub', 'network']) {
  await build({ mode, logLevel: 'warn' });
}
