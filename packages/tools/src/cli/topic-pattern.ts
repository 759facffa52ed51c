import { ToolError } from './tool.ts';

/** A regular expression for whole topic names, as `--topic` takes it: a comma separates alternatives, quotes around it go. */
export function topicPattern(text: string): RegExp {
  const source = text
    .trim()
    .replaceAll(',', '|')
    .replaceAll(' ', '')
    .replace(/^["']+|["']+$/g, '');
  try {
    return new RegExp(`^(?:${source})$`, 'u');
  } catch {
    throw new ToolError(`${text} is an invalid regex.`);
  }
}
