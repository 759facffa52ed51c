import { resolve } from 'node:path';
import { type Broker, startBroker as start } from '@ottla/broker';
import { deferred } from '@ottla/common';
import { createMemoryPlatform, createNodePlatform, type FatalFailure } from '@ottla/platform/node';
import { endpointsOf } from './as-version.ts';
import { BrokerFailedError } from './broker-failed-error.ts';
import { Interceptors } from './interceptors.ts';
import { brokerConfig, logOptions, MEMORY_DIRECTORY, newTopics, type StartBrokerOptions } from './start-options.ts';
import { makeTemporaryDirectory, removeTemporaryDirectory } from './temporary-directory.ts';
import { TestBroker } from './test-broker.ts';

/**
 * A broker in this process, ready when this resolves; `stop()` ends it. Rejects with ConfigException and the broker's
 * other errors; nothing stays open then.
 */
export async function startBroker(options: StartBrokerOptions = {}): Promise<TestBroker> {
  const isTemporary = options.directory === 'temporary';
  const directory = isTemporary ? await makeTemporaryDirectory() : pathOf(options.directory);
  const failed = deferred<never>();
  const embedded = (failure: FatalFailure): void => failed.reject(new BrokerFailedError(failure));
  const create = directory === undefined ? createMemoryPlatform : createNodePlatform;
  const platform = create({ log: logOptions(options.log), fatal: { embedded } });
  const release = async (): Promise<void> => {
    await platform.close();
    if (isTemporary && directory !== undefined) await removeTemporaryDirectory(directory);
  };
  const interceptors = new Interceptors();
  let broker: Broker;
  try {
    const { asVersion } = options;
    const starting = start(platform, brokerConfig(options, directory ?? MEMORY_DIRECTORY), {
      endpoints: (own) =>
        (asVersion === undefined ? own : endpointsOf(asVersion, own)).map((endpoint) => interceptors.wrap(endpoint)),
    });
    // A start that failed for good may never end; if it does after all, that broker is to end too.
    failed.promise.catch(async () => (await starting).kill()).catch(() => undefined);
    broker = await Promise.race([starting, failed.promise]);
  } catch (error) {
    await release();
    throw error;
  }
  return withTopics(new TestBroker({ broker, directory, interceptors, failed, release }), options);
}

async function withTopics(broker: TestBroker, options: StartBrokerOptions): Promise<TestBroker> {
  const topics = newTopics(options.topics);
  try {
    if (topics.length > 0) await broker.createTopics(topics);
    return broker;
  } catch (error) {
    await broker.kill();
    throw error;
  }
}

/** Undefined: in memory. */
function pathOf(directory: string | undefined): string | undefined {
  return directory === undefined || directory === 'memory' ? undefined : resolve(directory);
}
