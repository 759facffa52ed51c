// npm run bench: this broker beside Apache Kafka; see bench/README.md.
await import('../bench/run.mjs');
