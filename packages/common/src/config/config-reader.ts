import type { Int64 } from '../int64.ts';
import { InvariantError } from '../invariant.ts';
import { type ConfigValue, Password } from './config-type.ts';

/**
 * Typed reading of properties. Asking for a property that does not exist, for a null one without `nullable`, or with the
 * wrong type is a bug and throws InvariantError.
 */
export abstract class ConfigReader {
  /** The value, or its default. */
  abstract get(name: string): ConfigValue;

  boolean(name: string): boolean {
    const value = this.get(name);
    return typeof value === 'boolean' ? value : wrongType(name, value, 'boolean');
  }

  /** INT and SHORT. */
  int(name: string): number {
    const value = this.get(name);
    return typeof value === 'number' ? value : wrongType(name, value, 'int');
  }

  nullableInt(name: string): number | null {
    return this.get(name) === null ? null : this.int(name);
  }

  long(name: string): Int64 {
    const value = this.get(name);
    return typeof value === 'number' || typeof value === 'bigint' ? value : wrongType(name, value, 'long');
  }

  nullableLong(name: string): Int64 | null {
    return this.get(name) === null ? null : this.long(name);
  }

  double(name: string): number {
    const value = this.get(name);
    return typeof value === 'number' ? value : wrongType(name, value, 'double');
  }

  /** STRING and CLASS. */
  string(name: string): string {
    const value = this.get(name);
    return typeof value === 'string' ? value : wrongType(name, value, 'string');
  }

  nullableString(name: string): string | null {
    return this.get(name) === null ? null : this.string(name);
  }

  /** A null list reads as empty. */
  list(name: string): readonly string[] {
    const value = this.get(name);
    if (value === null) return [];
    return typeof value === 'object' && !(value instanceof Password) ? value : wrongType(name, value, 'list');
  }

  password(name: string): Password | null {
    const value = this.get(name);
    return value === null || value instanceof Password ? value : wrongType(name, value, 'password');
  }
}

function wrongType(name: string, value: ConfigValue, type: string): never {
  throw new InvariantError(`configuration ${name} = ${String(value)} is not a ${type}`);
}
