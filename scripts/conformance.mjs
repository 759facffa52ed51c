// npm run conformance: real clients and tools against the broker of this repository; see conformance/README.md.
await import('../conformance/run.mjs');
