import { ToolError } from '../cli/tool.ts';

/** `0:1,1:2` as the brokers of each partition. Throws with Java's texts. */
export function parseAssignment(text: string): number[][] {
  const partitions = text.split(',').map((part) => part.split(':').map((id) => brokerId(id.trim())));
  partitions.forEach((brokers, partition) => {
    const twice = brokers.filter((id, index) => brokers.indexOf(id) !== index);
    if (twice.length > 0)
      throw new ToolError(
        `Partition replica lists may not contain duplicate entries: ${[...new Set(twice)].join(',')}`,
      );
    if (brokers.length !== partitions[0]?.length)
      throw new ToolError(`Partition ${partition} has different replication factor: [${brokers.join(', ')}]`);
  });
  return partitions;
}

function brokerId(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new ToolError(`For input string: "${text}"`);
  return Number(text);
}
