export type * from './coordination.ts';
export { isValidPath, joinPath, nameOf, parentOf } from './path.ts';
