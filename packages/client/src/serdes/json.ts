import { present, type Serde } from './serde.ts';

/** What a validator has to offer to be used here: Standard Schema 1 (zod, valibot, arktype and others). */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** JSON in UTF-8 that is taken to be a `T`: nothing checks it. */
export function json<T>(): Serde<T>;
/** JSON that is checked when it is sent and when it is read; what is read has gone through the schema's transforms. */
export function json<Input, Output>(schema: StandardSchema<Input, Output>): Serde<Output, Input>;
export function json<Input, Output>(schema?: StandardSchema<Input, Output>): Serde<Output, Input> {
  const validate = schema?.['~standard'].validate;
  return {
    name: 'json',
    serialize: (value) => {
      if (validate !== undefined) checked(validate(value));
      const text = JSON.stringify(value);
      if (text === undefined) throw new TypeError(`${typeof value} has no JSON`);
      return Buffer.from(text, 'utf8');
    },
    deserialize: (bytes, context) => {
      const value = JSON.parse(present(bytes, 'json()', context).toString('utf8'));
      return validate === undefined ? value : checked(validate(value));
    },
  };
}

function checked<Output>(result: SchemaResult<Output> | Promise<SchemaResult<Output>>): Output {
  if (result instanceof Promise) {
    result.catch(() => {});
    throw new TypeError('A schema that validates asynchronously cannot be used for records');
  }
  if (result.issues === undefined) return result.value;
  throw new TypeError(result.issues.map(describe).join('; '));
}

function describe({ message, path }: SchemaIssue): string {
  if (path === undefined || path.length === 0) return message;
  return `${path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.')}: ${message}`;
}
