// Writes src/api/{hub,network}.gen.ts from the OpenAPI documents of the Python apps.
// `--check` writes nothing and fails when a file is not current.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapi, { astToString } from 'openapi-typescript';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const python = process.env.PYTHON ?? at('../.venv/bin/python');
const check = process.argv.includes('--check');
let stale = 0;

for (const app of ['hub', 'network']) {
  const source = `import json, latchstring.web.${app}.app as a; print(json.dumps(a.openapi()))`;
  const options = { maxBuffer: 64 * 2 ** 20, env: { ...process.env, PYTHONPATH: at('../src') } };
  const document = JSON.parse(execFileSync(python, ['-c', source], options).toString());
  const text = `// Written by scripts/generate from the ${app}'s OpenAPI document.\n${astToString(await openapi(document))}`;
  const path = at(`./src/api/${app}.gen.ts`);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  if (check) {
    process.stderr.write(`web/src/api/${app}.gen.ts is not current; run scripts/generate\n`);
    stale += 1;
  } else {
    writeFileSync(path, text);
  }
}
process.exit(stale ? 1 : 0);
