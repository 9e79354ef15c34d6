export interface Route<Name extends string = string> {
  name: Name;
  params: Record<string, string>;
  query: URLSearchParams;
}

/**
 * Find the page for an address like `#/cameras/cam-1?at=…`. Patterns name their parts: `/cameras/:id`.
 * The first that fits wins; nothing fits: undefined.
 */
export function match<Name extends string>(
  hash: string,
  patterns: Record<Name, string>,
): Route<Name> | undefined {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const parts = split(path);
  for (const [name, pattern] of Object.entries<string>(patterns)) {
    const params = fit(parts, split(pattern));
    if (params) return { name: name as Name, params, query: new URLSearchParams(query) };
  }
  return undefined;
}

/** The address of a page: `address('/cameras/:id', { id })`. */
export function address(
  pattern: string,
  params: Record<string, string> = {},
  query: Record<string, string> = {},
) {
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams(query).toString();
  return `#${path}${search ? `?${search}` : ''}`;
}

function split(path: string): string[] {
  return path.split('/').filter(Boolean);
}

function fit(parts: string[], pattern: string[]): Record<string, string> | undefined {
  if (parts.length !== pattern.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, want] of pattern.entries()) {
    const part = parts[i] ?? '';
    if (want.startsWith(':')) {
      try {
        params[want.slice(1)] = decodeURIComponent(part);
      } catch {
        return undefined;
      }
    } else if (part !== want) {
      return undefined;
    }
  }
  return params;
}
