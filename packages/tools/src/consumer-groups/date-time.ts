/** Times as the Java tools read them. */
import { JavaError } from '../cli/java-error.ts';

const DATE_TIME = /^(\d+)-(\d{1,2})-(\d{1,2})T(\d{1,2}):(\d{1,2}):(\d{1,2})\.(\d+)(Z|[+-]\d{2}(?::?\d{2})?)$/;

/** Java's `Utils.getDateTime`, ms since 1970: `2024-01-31T12:00:00.000`, in UTC unless an offset follows. */
export function parseDateTime(text: string): number {
  const time = text.split('T')[1];
  if (time === undefined)
    throw unparseable("Error parsing timestamp. It does not contain a 'T' according to ISO8601 format");
  const zoned = /[+Z-]/.test(time) ? text : `${text}Z`;
  const match = DATE_TIME.exec(zoned);
  if (match === null) throw unparseable(`Unparseable date: "${zoned}"`);
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1, 7).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day, hours, minutes, seconds));
  const isReal = date.getUTCMonth() === month - 1 && hours < 24 && minutes < 60 && seconds < 60;
  if (!isReal) throw unparseable(`Unparseable date: "${zoned}"`);
  return date.getTime() + Number(match[7] ?? 0) - offsetMs(match[8] ?? 'Z');
}

function offsetMs(zone: string): number {
  if (zone === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), zone.length > 3 ? Number(zone.slice(-2)) : 0];
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function unparseable(message: string): JavaError {
  return new JavaError('java.lang.RuntimeException', `java.text.ParseException: ${message}`);
}

const DURATION = /^([-+]?)P(?:([-+]?\d+)D)?(T(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+)(?:[.,](\d{0,9}))?S)?)?$/i;

/** Java's `Duration.parse`, ms: `PnDTnHnMn.nS`. */
export function parseDuration(text: string): number {
  const match = DURATION.exec(text);
  const [, sign = '', days, time, hours, minutes, seconds, fraction] = match ?? [];
  const isEmpty = [days, hours, minutes, seconds].every((part) => part === undefined);
  if (match === null || isEmpty || time?.toUpperCase() === 'T')
    throw new JavaError('java.time.format.DateTimeParseException', 'Text cannot be parsed to a Duration');
  const whole = ((Number(days ?? 0) * 24 + Number(hours ?? 0)) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0);
  const rest = Math.floor(Number(`0.${fraction || '0'}`) * 1000) * (seconds?.startsWith('-') === true ? -1 : 1);
  return (whole * 1000 + rest) * (sign === '-' ? -1 : 1);
}
