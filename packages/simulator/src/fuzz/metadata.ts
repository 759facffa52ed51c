/** The embedded tree's journal and snapshot, and the JSON of znodes. */

import { MalformedPropertiesError, readProperties } from '@ottla/common';
import * as cluster from '@ottla/coordination/cluster';
import { JOURNAL_NAME, MetadataCorruptError, openEmbeddedStore, SNAPSHOT_NAME } from '@ottla/coordination/embedded';
import { createMemoryPlatform, MemoryDisk } from '@ottla/platform/node';
import { type Dice, mutated } from './dice.ts';
import { Corpus, expectKnown, FuzzFailure, type Subject } from './subject.ts';

const DIRECTORY = '/data';
const { clock } = createMemoryPlatform({ log: { console: 'none' } });
const log = { isEnabled: () => false, write: () => {} };

export function journal(): Subject {
  return {
    name: 'metadata journals',
    async round(dice) {
      const disk = new MemoryDisk({ wallMs: () => 1_700_000_000_000 });
      await disk.makeDirectory(DIRECTORY);
      const options = { clock, disk, log, directory: DIRECTORY, snapshotBytesMin: 600 };
      const store = await openEmbeddedStore(options);
      const client = store.connect();
      for (let count = 2 + dice.below(20); count > 0; count--) {
        await client.create(`/n${count}`, dice.below(3) === 0 ? null : dice.bytes(dice.below(60)));
        await client.set(`/n${count}`, dice.bytes(10), -1);
        if (dice.below(4) === 0) await client.delete(`/n${count}`, -1);
      }
      await store.close();
      const names = (await disk.list(DIRECTORY)).map((entry) => entry.name);
      const name = dice.oneOf(names.filter((one) => one === JOURNAL_NAME || one === SNAPSHOT_NAME));
      const path = `${DIRECTORY}/${name}`;
      await disk.replaceFile(path, mutated(await disk.readFile(path), dice));
      try {
        const again = await openEmbeddedStore(options);
        const made = await again.connect().create('/after', Buffer.from('x'));
        if (!made.ok && made.code !== 'NodeExists') throw new FuzzFailure(`${name}: a create got ${made.code}`);
        await again.close();
      } catch (error) {
        if (error instanceof FuzzFailure) throw error;
        expectKnown(error, [MetadataCorruptError], name);
      }
    },
  };
}

type Decode = (data: Buffer) => unknown;

/** Decoders give undefined for what they cannot read, and never throw. */
const DECODERS: readonly (readonly [string, Decode])[] = [
  ['topic', (data) => cluster.decodeTopic(data)],
  ['broker', (data) => cluster.decodeBroker(data)],
  ['partition state', (data) => cluster.decodePartitionState(data)],
  ['controller', (data) => cluster.decodeController(data)],
  ['controller epoch', (data) => cluster.decodeControllerEpoch(data)],
  ['cluster id', (data) => cluster.decodeClusterId(data)],
  ['config', (data) => cluster.decodeConfig(data)],
  ['config change', (data) => cluster.decodeConfigChange(data)],
  ['feature', (data) => cluster.decodeFeature(data)],
  ['producer id block', (data) => cluster.decodeProducerIdBlock(data)],
  ['properties', (data) => readProperties(data)],
];

const TEXTS = [
  '{"partitions":{"0":[1,2]},"topic_id":"AAAAAAAAAAAAAAAAAAABAg","adding_replicas":{},"removing_replicas":{},"version":3}',
  '{"features":{},"listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT"},"endpoints":["PLAINTEXT://127.0.0.1:9092"],"jmx_port":-1,"port":9092,"host":"127.0.0.1","version":5,"timestamp":"1700000000000"}',
  '{"controller_epoch":1,"leader":1,"version":1,"leader_epoch":0,"isr":[1],"leader_recovery_state":0}',
  '{"version":2,"brokerid":1,"timestamp":"1700000000000","kraftControllerEpoch":-1}',
  '{"version":1,"id":"b3R0bGEtY29uZm9ybWFuYw"}',
  '{"version":1,"config":{"retention.ms":"1000"}}',
  '{"version":2,"entity_path":"topics/a"}',
  '{"features":{"group.version":{"min_version_level":1,"max_version_level":1}},"version":1,"status":1}',
  '{"version":1,"broker":1,"block_start":"0","block_end":"999"}',
  '12',
  '#\nbroker.id=1\ncluster.id=abc\\u0041\nversion=0\n',
];

export function znodes(): Subject {
  const corpus = new Corpus(...TEXTS.map((text) => Buffer.from(text)));
  return {
    name: 'znodes and properties',
    round(dice) {
      const input = mutatedText(corpus.pick(dice), dice);
      for (const [name, decode] of DECODERS) {
        try {
          decode(input);
        } catch (error) {
          if (error instanceof MalformedPropertiesError) continue;
          throw new FuzzFailure(
            `${name} of ${input.toString('latin1')}: ${error instanceof Error ? error.stack : String(error)}`,
          );
        }
      }
    },
  };
}

const WORDS = ['null', '{}', '[]', '-1', '1e400', '""', 'true', '"x"', '9007199254740993', '[null]', '{"a":1}'];

/** Bytes changed, or a value replaced by one of another type. */
function mutatedText(input: Buffer, dice: Dice): Buffer {
  if (dice.below(2) === 0) return mutated(input, dice);
  const parts = input.toString().split(/([:,])/);
  parts[dice.below(parts.length)] = dice.oneOf(WORDS);
  return Buffer.from(parts.join(''));
}
