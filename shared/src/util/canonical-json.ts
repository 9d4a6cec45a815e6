/**
 * OLPC canonical JSON, the form that TUF signs (wiki.laptop.org/go/Canonical_JSON): keys in order of
 * their code points, no blanks, only `"` and `\` escaped, numbers whole.
 *
 * @throws TypeError on what has no such form: fractions, numbers beyond 2^53 - 1, undefined, functions
 */
export declare function canonicalJson(value: unknown): string
