// npm run soak: mixed load with restarts; see bad-input/README.md. With --client: the client beside a troubled Apache Kafka, see conformance/README.md.
const isOfClient = process.argv.includes('--client');
await import(isOfClient ? '../conformance/soak/client-soak.mjs' : '../bad-input/soak/soak.mjs');
