import { readdirSync } from 'node:fs';
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

// app → features → api, components, lib. Features meet only in an app, so an agency's screen cannot call
// an owner's query.
const features = readdirSync(new URL('./src/features', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const imports = (patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
const noApp = { regex: '^@/app-|/app-(hub|network)/', message: 'Only an app knows the features.' };

export default ts.config(
  { ignores: ['node_modules', 'src/api/*.gen.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    rules: {
      'no-undef': 'off', // TypeScript knows
      'svelte/no-at-html-tags': 'error',
      'svelte/no-navigation-without-resolve': 'off', // SvelteKit's; routes here are hashes
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-console': 'error',
    },
  },
  { files: ['src/{api,components,lib}/**'], rules: imports([noApp, { regex: '^@/features/' }]) },
  ...features.map((name) => ({
    files: [`src/features/${name}/**`],
    rules: imports([
      noApp,
      { regex: `^@/features/(?!${name}(/|$))`, message: 'A feature never imports another.' },
      { regex: '^\\.\\./\\.\\.?/?', message: 'A feature never imports another.' },
    ]),
  })),
  {
    files: ['src/app-hub/**'],
    rules: imports([{ regex: '^@/app-network', message: 'The two apps never load each other.' }]),
  },
  {
    files: ['src/app-network/**'],
    rules: imports([
      { regex: '^@/app-hub|^@/features/hub-', message: 'The two apps never load each other.' },
    ]),
  },
);
