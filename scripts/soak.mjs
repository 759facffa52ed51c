// npm run soak: mixed load with restarts; see bad-input/README.md.
await import('../bad-input/soak/soak.mjs');
