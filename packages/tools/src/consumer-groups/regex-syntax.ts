/** What RE2 takes: in its syntax brokers read the subscriptions of the `consumer` protocol (KIP-848). Kafka's RE2/J names what is wrong. */

const REPEAT_MAX = 1000;
const GROUP = /^\(\?(?:P?<(?<name>\w+)>|(?<flags>[imsU]*(?:-[imsU]+)?)(?<end>[:)]))/;
const COUNT = /^\{(\d+)(,(\d*))?\}/;
const NAMED_CLASS = /^\[:\^?(\w+):\]/;
const NAMED_CLASSES = /^(alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit)$/;
/** Of one character, or of what `p` names; octal numbers have two digits at least, for one would be a back reference. */
const ESCAPE =
  /^\\(?:[pP](?:\{\^?[A-Za-z_]+\}|[A-Z])|x(?:[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]+\})|[0-7]{2,3}|0|[AbBCdDsSwWzafnrtv]|[^\w])/;

class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  /** What a repetition would repeat. */
  #before: 'nothing' | 'atom' | 'repetition' = 'nothing';

  constructor(text: string) {
    this.#text = text;
  }

  problem(): string | undefined {
    while (this.#at < this.#text.length) {
      const problem = this.#step();
      if (problem !== undefined) return problem;
    }
    return this.#depth > 0 ? 'missing closing )' : undefined;
  }

  get #rest(): string {
    return this.#text.slice(this.#at);
  }

  #step(): string | undefined {
    switch (this.#text[this.#at]) {
      case '(':
        return this.#open();
      case ')':
        this.#at++;
        this.#before = 'atom';
        return --this.#depth < 0 ? 'unexpected )' : undefined;
      case '|':
        this.#at++;
        this.#before = 'nothing';
        return undefined;
      case '*':
      case '+':
      case '?':
        return this.#repeat(1);
      case '{': {
        const count = COUNT.exec(this.#rest);
        if (count === null) break;
        const [whole, least, , most] = count;
        const isTooMany = Number(least) > REPEAT_MAX || Number(most ?? 0) > REPEAT_MAX;
        if (isTooMany || (most !== undefined && most !== '' && Number(most) < Number(least)))
          return 'invalid repeat count';
        return this.#repeat(whole.length);
      }
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      default:
    }
    this.#at++;
    this.#before = 'atom';
    return undefined;
  }

  #open(): string | undefined {
    this.#before = 'nothing';
    if (!this.#rest.startsWith('(?')) {
      this.#at++;
      this.#depth++;
      return undefined;
    }
    const match = GROUP.exec(this.#rest);
    if (match === null)
      return /^\(\?P?</.test(this.#rest) ? 'invalid named capture' : 'invalid or unsupported Perl syntax';
    this.#at += match[0].length;
    if (match.groups?.['end'] !== ')') this.#depth++;
    return undefined;
  }

  #repeat(length: number): string | undefined {
    if (this.#before === 'nothing') return 'missing argument to repetition operator';
    if (this.#before === 'repetition') return 'invalid nested repetition operator';
    this.#at += length;
    if (this.#text[this.#at] === '?') this.#at++;
    this.#before = 'repetition';
    return undefined;
  }

  #escape(): string | undefined {
    this.#before = 'atom';
    if (this.#rest === '\\') return 'trailing backslash at end of expression';
    if (this.#rest.startsWith('\\Q')) {
      const end = this.#text.indexOf('\\E', this.#at);
      this.#at = end < 0 ? this.#text.length : end + 2;
      return undefined;
    }
    const match = ESCAPE.exec(this.#rest);
    if (match === null) return /^\\[pP]/.test(this.#rest) ? 'invalid character class range' : 'invalid escape sequence';
    this.#at += match[0].length;
    const name = /^\\[pP](?:\{\^?(\w+)\}|(\w))/.exec(match[0]);
    return name === null || isUnicodeClass(name[1] ?? name[2] ?? '') ? undefined : 'invalid character class range';
  }

  #class(): string | undefined {
    this.#at += this.#rest.startsWith('[^') ? 2 : 1;
    let low: string | undefined;
    for (let isFirst = true; ; isFirst = false) {
      const char = this.#text[this.#at];
      if (char === undefined) return 'missing closing ]';
      if (char === ']' && !isFirst) break;
      const named = NAMED_CLASS.exec(this.#rest);
      const start = this.#at;
      if (named !== null) {
        if (!NAMED_CLASSES.test(named[1] ?? '')) return 'invalid character class range';
        this.#at += named[0].length;
      } else if (char === '\\') {
        const problem = this.#escape();
        if (problem !== undefined) return problem;
      } else this.#at++;
      const one = this.#text.slice(start, this.#at);
      if (low !== undefined && one.length === 1 && low.length === 1 && one < low)
        return 'invalid character class range';
      const isRange = low === undefined && this.#text[this.#at] === '-' && this.#text[this.#at + 1] !== ']';
      low = isRange ? one : undefined;
      if (isRange) this.#at++;
    }
    this.#at++;
    this.#before = 'atom';
    return undefined;
  }
}

/** A script or a general category. */
function isUnicodeClass(name: string): boolean {
  return ['', 'Script=', 'General_Category='].some((kind) => {
    try {
      new RegExp(`\\p{${kind}${name}}`, 'u').test('');
      return true;
    } catch {
      return false;
    }
  });
}

/** Undefined: nothing is wrong. */
export function regexProblem(text: string): string | undefined {
  return new Scanner(text).problem();
}
