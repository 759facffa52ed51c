import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['ottla-source'] },
  ssr: { resolve: { conditions: ['ottla-source', 'node', 'import', 'default'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'tidy/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: '100%',
    testTimeout: 20_000,
  },
});
