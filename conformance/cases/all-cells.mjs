// Every cell there is, and what the code has, to be compared with matrix.json.
import { CLIENTS } from '../clients/registry.mjs';
import { CASES, clientCells } from './client-cells.mjs';
import { clientLibraryCells } from './client-library-cells.mjs';
import { consumerCells } from './consumer-cells.mjs';
import { diskCells } from './disk-cells.mjs';
import { durabilityCells } from './durability-cells.mjs';
import { goldenCells } from './golden/golden-cells.mjs';
import { millionCells } from './million-cells.mjs';
import { pageCells } from './page-cells.mjs';
import { securityLibraryCells } from './security-library-cells.mjs';
import { shareLibraryCells } from './share-library-cells.mjs';
import { telemetryLibraryCells } from './telemetry-library-cells.mjs';
import { toolCells } from './tool-cells.mjs';

export const CELLS = [
  ...clientCells(),
  ...clientLibraryCells(),
  ...securityLibraryCells(),
  ...shareLibraryCells(),
  ...telemetryLibraryCells(),
  ...consumerCells(),
  ...toolCells(),
  ...goldenCells(),
  ...diskCells(),
  ...millionCells(),
  ...durabilityCells(),
  ...pageCells(),
];

/** @type {import('../lib/matrix.mjs').Code} */
export const CODE = {
  clients: CLIENTS.map(({ name }) => name),
  cases: Object.keys(CASES),
  cells: CELLS.map(({ name }) => name),
};
