/** Times by a pattern of Java's SimpleDateFormat, in the process's time zone and in English. */
import { JavaError } from './java-error.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

type Part = (date: Date, width: number) => string;

const number =
  (value: (date: Date) => number): Part =>
  (date, width) =>
    String(value(date)).padStart(width, '0');

const year: Part = (date, width) =>
  width === 2 ? String(date.getFullYear() % 100).padStart(2, '0') : String(date.getFullYear()).padStart(width, '0');

const named =
  (names: readonly string[], at: (date: Date) => number): Part =>
  (date, width) => {
    const name = names[at(date)] ?? '';
    return width < 4 ? name.slice(0, 3) : name;
  };

const month = named(MONTHS, (date) => date.getMonth());

function dayOfYear(date: Date): number {
  const midnight = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return (midnight - Date.UTC(date.getFullYear(), 0, 0)) / 86_400_000;
}

/** `+01:00` with `colon` between hours and minutes, or without minutes at all. */
function offset(date: Date, colon: string, withMinutes = true): string {
  const minutes = -date.getTimezoneOffset();
  const pad = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(size / 60)}${withMinutes ? colon + pad(size % 60) : ''}`;
}

function zoneName(date: Date, width: number): string {
  const timeZoneName = width < 4 ? 'short' : 'long';
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName }).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

const PARTS: Readonly<Record<string, Part>> = {
  G: () => 'AD',
  y: year,
  Y: year,
  M: (date, width) => (width < 3 ? String(date.getMonth() + 1).padStart(width, '0') : month(date, width)),
  L: (date, width) => (width < 3 ? String(date.getMonth() + 1).padStart(width, '0') : month(date, width)),
  D: number(dayOfYear),
  d: number((date) => date.getDate()),
  E: named(DAYS, (date) => date.getDay()),
  u: number((date) => date.getDay() || 7),
  a: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  H: number((date) => date.getHours()),
  k: number((date) => date.getHours() || 24),
  K: number((date) => date.getHours() % 12),
  h: number((date) => date.getHours() % 12 || 12),
  m: number((date) => date.getMinutes()),
  s: number((date) => date.getSeconds()),
  S: number((date) => date.getMilliseconds()),
  z: zoneName,
  Z: (date) => offset(date, ''),
  X: (date, width) => (date.getTimezoneOffset() === 0 ? 'Z' : offset(date, width === 3 ? ':' : '', width > 1)),
};

/** Takes ms since 1970. Throws JavaError for a letter that no pattern has, and for those of weeks, which are not built. */
export function simpleDateFormat(pattern: string): (timeMs: number) => string {
  const parts = Array.from(
    pattern.matchAll(/''|'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g),
    ([text, quoted, letter]) => {
      if (letter === undefined) {
        const plain = text === "''" ? "'" : (quoted?.replaceAll("''", "'") ?? text);
        return () => plain;
      }
      const part = PARTS[letter];
      if (part === undefined)
        throw new JavaError('java.lang.IllegalArgumentException', `Illegal pattern character '${letter}'`);
      return (date: Date) => part(date, text.length);
    },
  );
  return (timeMs) => {
    const date = new Date(timeMs);
    return parts.map((part) => part(date)).join('');
  };
}
