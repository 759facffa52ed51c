import type { ConfigEntry } from '@ottla/common';
import { topicNameError } from '@ottla/common';
import { ErrorCode } from '@ottla/protocol';
import { apiError, NO_ERROR } from '../controller/api-error.ts';
import type { ConfigAdmin, DescribedConfigs } from './config-admin.ts';
import type { ConfigResource } from './config-resource.ts';
import { RESOURCE_TYPE } from './config-resource.ts';

/** One resource as DescribeConfigs answers it (ConfigHelper.describeConfigs). */
export function describeConfigs(
  admin: ConfigAdmin,
  resource: ConfigResource,
  names: readonly string[] | null,
): DescribedConfigs {
  const { brokerId, config, metadata } = admin.deps;
  const wanted = (entries: readonly ConfigEntry[]): DescribedConfigs => ({
    ...NO_ERROR,
    entries: names === null || names.length === 0 ? entries : entries.filter(({ name }) => names.includes(name)),
  });
  switch (resource.type) {
    case RESOURCE_TYPE.topic: {
      const problem = topicNameError(resource.name);
      if (problem !== undefined) return failed(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
      if (metadata.topic(resource.name) === undefined) return failed(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
      return wanted(admin.topics.describe(resource.name));
    }
    case RESOURCE_TYPE.broker: {
      if (resource.name === '') return wanted(config.describeDefaults());
      const id = brokerIdOf(resource.name);
      if (typeof id === 'string') return failed(ErrorCode.INVALID_REQUEST, id);
      if (id === brokerId) return wanted(config.describeAll());
      const text = `Unexpected broker id, expected ${brokerId} or empty string, but received ${resource.name}`;
      return failed(ErrorCode.INVALID_REQUEST, text);
    }
    case RESOURCE_TYPE.brokerLogger: {
      if (resource.name === '') return failed(ErrorCode.INVALID_REQUEST, 'Broker id must not be empty');
      const id = brokerIdOf(resource.name);
      if (typeof id === 'string') return failed(ErrorCode.INVALID_REQUEST, id);
      if (id === brokerId) return wanted([]);
      const text = `Unexpected broker id, expected ${brokerId} but received ${resource.name}`;
      return failed(ErrorCode.INVALID_REQUEST, text);
    }
    case RESOURCE_TYPE.clientMetrics:
      if (resource.name === '') {
        return failed(ErrorCode.INVALID_REQUEST, 'Client metrics subscription name must not be empty');
      }
      return failed(ErrorCode.INVALID_REQUEST, 'Config type client-metrics is only supported on KRaft clusters');
    default:
      return failed(ErrorCode.INVALID_REQUEST);
  }
}

/** The id, or Kafka's complaint. */
export function brokerIdOf(name: string): number | string {
  return /^[+-]?\d+$/.test(name) ? Number(name) : `Broker id must be an integer, but it is: ${name}`;
}

function failed(error: ErrorCode, message: string | null = null): DescribedConfigs {
  return { ...apiError(error, message), entries: [] };
}
