import { connectionCases } from './connections.mjs';
import { fileCases } from './files.mjs';
import { frameCases } from './frames.mjs';
import { machineCases } from './machine.mjs';
import { recordCases } from './records.mjs';
import { requestCases } from './requests.mjs';

/** @type {import('../lib/case.mjs').Case[]} */
export const ALL = [...frameCases, ...requestCases, ...recordCases, ...connectionCases, ...machineCases, ...fileCases];
