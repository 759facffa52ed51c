import { startBroker } from '@ottla/testkit';
import { expect, onTestFinished, test } from 'vitest';
import type { Tool } from '../cli/tool.ts';
import { runTool, type ToolOutcome } from '../test-support/run-tool.ts';
import { verifiableConsumer } from './kafka-verifiable-consumer.ts';
import { verifiableProducer } from './kafka-verifiable-producer.ts';

async function broker(): Promise<string> {
  const started = await startBroker({ topics: { t: 1 } });
  onTestFinished(() => started.stop());
  return started.bootstrap;
}

/** Sends SIGTERM when `text` was printed. */
function terminated(tool: Tool, args: readonly string[], text: string): Promise<ToolOutcome> {
  const signals = new AbortController();
  const printed = (stdout: string): void => {
    if (stdout.includes(text)) signals.abort('SIGTERM');
  };
  return runTool(tool, args, '', { signal: signals.signal, printed });
}

interface TestEvent {
  readonly name: string;
  readonly sent?: number;
  readonly acked?: number;
  readonly count?: number;
}

function events({ stdout }: ToolOutcome): TestEvent[] {
  return stdout
    .trim()
    .split('\n')
    .map((line): TestEvent => JSON.parse(line));
}

test('SIGTERM ends the producer: what was sent is told, then the summary', async () => {
  const bootstrap = await broker();
  const outcome = await terminated(
    verifiableProducer,
    ['--bootstrap-server', bootstrap, '--topic', 't', '--throughput', '500'],
    'producer_send_success',
  );
  expect(outcome).toMatchObject({ code: 143, stderr: '' });
  const told = events(outcome);
  const successes = told.filter(({ name }) => name === 'producer_send_success').length;
  expect(told.slice(-2).map(({ name }) => name)).toEqual(['shutdown_complete', 'tool_data']);
  expect(told.at(-1)).toMatchObject({ sent: successes, acked: successes });
  expect(outcome.stdout).toMatch(/"target_throughput":500,"avg_throughput":\d+\.\d+\}\n$/);
});

test('SIGTERM ends the consumer: it gives its partitions back', async () => {
  const bootstrap = await broker();
  const sent = await runTool(verifiableProducer, [
    '--bootstrap-server',
    bootstrap,
    '--topic',
    't',
    '--max-messages',
    '3',
  ]);
  expect(events(sent).at(-1)).toMatchObject({ sent: 3, acked: 3 });
  const args = ['--bootstrap-server', bootstrap, '--topic', 't', '--group-id', 'g'];
  const outcome = await terminated(verifiableConsumer, args, 'offsets_committed');
  expect(outcome).toMatchObject({ code: 143, stderr: '' });
  expect(outcome.stdout.replaceAll(/"timestamp":\d{13}/g, '"timestamp":T').split('\n')).toEqual([
    '{"timestamp":T,"name":"startup_complete"}',
    '{"timestamp":T,"name":"partitions_assigned","partitions":[{"topic":"t","partition":0}]}',
    '{"timestamp":T,"name":"records_consumed","count":3,"partitions":[{"topic":"t","partition":0,"count":3,"minOffset":0,"maxOffset":2}]}',
    '{"timestamp":T,"name":"offsets_committed","offsets":[{"topic":"t","partition":0,"offset":3}],"success":true}',
    '{"timestamp":T,"name":"partitions_revoked","partitions":[{"topic":"t","partition":0}]}',
    '{"timestamp":T,"name":"shutdown_complete"}',
    '',
  ]);
});
