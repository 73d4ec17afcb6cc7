/** Filters in the part of CQL2 text that this page writes: =, <>, IN, IS NULL, IS NOT NULL, AND, OR and brackets. */

import type { Value } from "../types";

type Row = (name: string) => Value | undefined;
type Test = (row: Row) => boolean;

export interface Filter {
  /** The properties that it names. */
  names: ReadonlySet<string>;
  test: Test;
}

const TOKEN = /\s*('(?:[^']|'')*'|<>|[=(),]|-?\d+(?:\.\d+)?|\w+)/gy;

class Parser {
  readonly names = new Set<string>();
  private readonly tokens: string[];
  private at = 0;

  constructor(private readonly text: string) {
    this.tokens = [...text.matchAll(TOKEN)].map((m) => m[1]!);
  }

  private next(expected?: string): string {
    const token = this.tokens[this.at++];
    if (token === undefined || (expected && token.toUpperCase() !== expected)) throw new SyntaxError(`filter: ${this.text}`);
    return token;
  }

  private taken(word: string): boolean {
    if (this.tokens[this.at]?.toUpperCase() !== word) return false;
    this.at++;
    return true;
  }

  all(): Test {
    const test = this.any();
    if (this.at < this.tokens.length || this.tokens.join("").length !== this.text.replace(/\s/g, "").length) this.fail();
    return test;
  }

  private fail(): never {
    throw new SyntaxError(`filter: ${this.text}`);
  }

  private any(): Test {
    const tests = [this.every()];
    while (this.taken("OR")) tests.push(this.every());
    return (row) => tests.some((test) => test(row));
  }

  private every(): Test {
    const tests = [this.one()];
    while (this.taken("AND")) tests.push(this.one());
    return (row) => tests.every((test) => test(row));
  }

  private one(): Test {
    if (this.taken("(")) {
      const test = this.any();
      this.next(")");
      return test;
    }
    const left = this.value();
    if (this.taken("IS")) return this.missing(left, !this.taken("NOT"));
    if (this.taken("IN")) return this.among(left);
    const same = this.next();
    if (same !== "=" && same !== "<>") this.fail();
    const right = this.value();
    return (row) => {
      const [a, b] = [left(row) ?? null, right(row) ?? null];
      return a !== null && b !== null && (a === b) === (same === "=");
    };
  }

  private missing(of: (row: Row) => Value | undefined, wanted: boolean): Test {
    this.next("NULL");
    return (row) => ((of(row) ?? null) === null) === wanted;
  }

  private among(of: (row: Row) => Value | undefined): Test {
    this.next("(");
    const found = [this.value()];
    while (this.taken(",")) found.push(this.value());
    this.next(")");
    return (row) => found.some((value) => value(row) === of(row));
  }

  private value(): (row: Row) => Value | undefined {
    const token = this.next();
    if (token.startsWith("'")) return () => token.slice(1, -1).replaceAll("''", "'");
    if (/^-?\d/.test(token)) return () => Number(token);
    if (!/^\w+$/.test(token)) this.fail();
    this.names.add(token);
    return (row) => row(token);
  }
}

/** Throws a SyntaxError for what is not in that part of CQL2. */
export function parse(text: string): Filter {
  const parser = new Parser(text);
  const test = parser.all();
  return { names: parser.names, test };
}
