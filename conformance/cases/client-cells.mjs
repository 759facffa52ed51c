// What every client library must be able to do: the cases of matrix.json, and which of its cells run.
import { CLIENTS } from '../clients/registry.mjs';
import { cellsOf } from '../lib/matrix.mjs';
import { configs, topics } from './admin-cases.mjs';
import { commitAndResume, cooperativeGroup, groupOfTwo, staticMember } from './group-cases.mjs';
import {
  appendTime,
  byTime,
  CODECS,
  codecCase,
  fromPosition,
  headers,
  idempotent,
  OLD_FORMATS,
  oldFormats,
  readsEveryCodec,
  timestamps,
  tombstones,
  WRITER,
} from './record-cases.mjs';

/** @type {Record<string, (at: import('../lib/cells.mjs').Context, client: import('../clients/registry.mjs').Client) => Promise<void>>} */
export const CASES = {
  ...Object.fromEntries(CODECS.map((codec) => [codec, codecCase(codec)])),
  'reads every codec': readsEveryCodec,
  headers,
  tombstones,
  timestamps,
  'append time': appendTime,
  'from a position': fromPosition,
  'by time': byTime,
  'group of two': groupOfTwo,
  'cooperative group': cooperativeGroup,
  'static member': staticMember,
  'commit and resume': commitAndResume,
  idempotent,
  topics,
  configs,
  'old formats': oldFormats,
};

/** @returns {import('../lib/cells.mjs').Cell[]} */
export const clientCells = () =>
  CLIENTS.flatMap((client) =>
    cellsOf(client.name)
      .filter((name) => CASES[name] !== undefined)
      .map((name) => ({
        name: `${client.name} / ${name}`,
        check: (at) => CASES[name](at, client),
        uses: [client.name, WRITER, ...(name === 'old formats' ? OLD_FORMATS : [])],
        // Kafka 4 dropped the protocol versions of before 2.1 (KIP-896), and with them the conversion to old formats.
        suits: (target) => target.version !== '4.3' || (client.oldest === undefined && name !== 'old formats'),
      })),
  );
