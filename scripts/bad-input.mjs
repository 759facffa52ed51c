// npm run bad-input: every kind of abuse on the real process; see bad-input/README.md.
await import('../bad-input/run.mjs');
