import { type Channel, channel } from 'node:diagnostics_channel';

/** Node's channels by name: subscribers of this process hear what is published. */
export const nodeDiagnostics = { channel: (name: string): Channel => channel(name) };
