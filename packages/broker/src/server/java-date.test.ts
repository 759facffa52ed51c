import { expect, it } from 'vitest';
import { javaDate } from './java-date.ts';

it('writes dates as Java does, for any day', () => {
  expect(javaDate(0)).toBe('Thu Jan 01 00:00:00 UTC 1970');
  for (let day = -40_000; day < 60_000; day += 13) {
    const ms = day * 86_400_000 + 45_296_789;
    const [weekday, date, month, year, time] = new Date(ms).toUTCString().replace(',', '').split(' ');
    expect(javaDate(ms)).toBe(`${weekday} ${month} ${date} ${time} UTC ${Number(year)}`);
  }
});
