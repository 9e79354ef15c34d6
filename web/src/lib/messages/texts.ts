/** Names between braces: `'{n} of {total}'` needs `{ n, total }`. */
type Names<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Values<S extends string> = [Names<S>] extends [never] ? [] : [values: Record<Names<S>, string | number>];
type PluralKey<K> = K extends `${infer Stem}.other` ? Stem : never;

/**
 * A catalogue's reader. `t(key, values)` fills in a text; `t.count(stem, n)` picks `stem.one` or `stem.other` by
 * the language's rule, with `{n}` written in that language's digits.
 */
export function texts<const C extends Record<string, string>>(catalogue: C, language = 'en') {
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  const fill = (text: string, values: Record<string, string | number> = {}) =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));

  function t<K extends keyof C & string>(key: K, ...[values]: Values<C[K]>): string {
    return fill(catalogue[key] ?? key, values);
  }
  t.count = (
    stem: PluralKey<keyof C & string>,
    n: number,
    values: Record<string, string | number> = {},
  ): string =>
    fill(catalogue[`${stem}.${plural.select(n)}`] ?? catalogue[`${stem}.other`] ?? stem, {
      ...values,
      n: number.format(n),
    });
  /** A text for a code that comes from elsewhere; the code itself when there is none. */
  t.code = (group: string, code: string): string =>
    catalogue[`${group}.${code}`] ?? code.replaceAll('-', ' ');
  return t;
}
