/** The exception that Kafka throws for the same mistake; some of its checks are plain argument checks. */
export type ConfigExceptionClass =
  | 'org.apache.kafka.common.config.ConfigException'
  | 'org.apache.kafka.common.errors.InvalidConfigurationException'
  | 'java.lang.IllegalArgumentException'
  | 'java.lang.NumberFormatException'
  | 'java.lang.RuntimeException';

/** A configuration that cannot be used. `message` is Kafka's own text where Kafka has one. */
export class ConfigException extends Error {
  override readonly name = 'ConfigException';
  /** For log lines that print the exception as Java does. */
  readonly javaClass: ConfigExceptionClass;

  constructor(message: string, javaClass: ConfigExceptionClass = 'org.apache.kafka.common.config.ConfigException') {
    super(message);
    this.javaClass = javaClass;
  }

  static invalid(name: string, value: string, reason: string): ConfigException {
    return new ConfigException(`Invalid value ${value} for configuration ${name}: ${reason}`);
  }
}

/** Throws what a failed `require` throws in Kafka's Scala code. */
export function require(condition: boolean, message: string): void {
  if (!condition) throw new ConfigException(`requirement failed: ${message}`, 'java.lang.IllegalArgumentException');
}

/** Throws what Kafka's Java code throws for a wrong argument. */
export function requireArgument(condition: boolean, message: string): void {
  if (!condition) throw new ConfigException(message, 'java.lang.IllegalArgumentException');
}
