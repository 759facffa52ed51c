/** A message as its schema has it: what turning one into JSON needs to know and its decoded form does not tell. */
export interface FieldShape {
  readonly name: string;
  /** First and last version that has the field. */
  readonly low: number;
  readonly high: number;
  readonly isArray?: boolean;
  /** Only where the decoded form is not what JSON shows. */
  readonly type?: 'bytes' | 'records' | 'float64';
  /** Of a struct, or of each element of an array of structs. */
  readonly fields?: readonly FieldShape[];
  readonly tagged?: boolean;
  /** The value with which a tagged field is left out; undefined: it never is. */
  readonly whenAbsent?: unknown;
}

export interface MessageShape {
  readonly name: string;
  readonly fields: readonly FieldShape[];
}

/** Used by generated code. */
export function shape(name: string, fields: readonly FieldShape[]): MessageShape {
  return { name, fields };
}
