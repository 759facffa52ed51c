// Apache Kafka's jars from Maven Central, once per version, into the cache.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from '../lib/file-lock.mjs';
import { cacheDir } from '../lib/places.mjs';
import { must } from '../lib/processes.mjs';
import { atLeast, exactVersion } from './versions.mjs';
import { zipEntries } from './zip-entries.mjs';

const COPY_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

/** @typedef {'broker' | 'clients' | 'connect'} JarSet broker: servers and tools; clients: kafka-clients and its codecs only */

/**
 * @param {string} version
 * @param {JarSet} [set]
 * @returns {Promise<string>} a folder of jars
 */
export async function jars(version, set = 'broker') {
  const exact = exactVersion(version);
  const home = join(cacheDir, 'kafka', `${set}-${exact}`);
  const lib = join(home, 'lib');
  if (existsSync(join(home, 'classes.txt'))) return lib;
  return withFileLock(`${home}.lock`, async () => {
    if (existsSync(join(home, 'classes.txt'))) return lib;
    const part = `${home}.part`;
    rmSync(part, { recursive: true, force: true });
    mkdirSync(part, { recursive: true });
    writeFileSync(join(part, 'pom.xml'), pom(exact, set));
    await must(
      'mvn',
      [
        '-q',
        '-B',
        '-f',
        join(part, 'pom.xml'),
        COPY_GOAL,
        '-DincludeScope=runtime',
        `-DoutputDirectory=${join(part, 'lib')}`,
      ],
      { limitMs: 600_000 },
    );
    writeFileSync(join(part, 'classes.txt'), classNames(join(part, 'lib')).join('\n'));
    rmSync(home, { recursive: true, force: true });
    renameSync(part, home);
    return lib;
  });
}

/** @param {string} version @param {JarSet} [set] @returns {Promise<string[]>} Kafka's and ZooKeeper's own top-level classes */
export async function classesOf(version, set = 'broker') {
  return readFileSync(join(await jars(version, set), '..', 'classes.txt'), 'utf8').split('\n');
}

function classNames(lib) {
  const own = readdirSync(lib).filter((name) => /^(kafka|connect|zookeeper-\d).*\.jar$/.test(name));
  const names = own.flatMap((name) => zipEntries(join(lib, name)));
  const classes = names.filter((name) => name.endsWith('.class') && !name.includes('$'));
  return classes.map((name) => name.slice(0, -'.class'.length).replaceAll('/', '.')).sort();
}

function pom(version, set) {
  const dependencies = [
    ...kafkaArtifacts(version, set).map((name) => ['org.apache.kafka', name, version]),
    ...extras(version, set),
  ];
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>ottla</groupId><artifactId>peers</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.map(dependency).join('\n')}</dependencies></project>`;
}

// The logging back ends that old poms pull in are replaced by the one in `extras`.
const dependency = ([group, artifact, version]) => `<dependency>
<groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>
<exclusions><exclusion><groupId>log4j</groupId><artifactId>log4j</artifactId></exclusion>
<exclusion><groupId>org.slf4j</groupId><artifactId>slf4j-log4j12</artifactId></exclusion></exclusions></dependency>`;

function kafkaArtifacts(version, set) {
  if (set === 'clients') return ['kafka-clients'];
  // The Scala build that the download page of that release recommends.
  const scala = atLeast(version, '2.6') ? '2.13' : atLeast(version, '2.1') ? '2.12' : '2.11';
  const artifacts = [`kafka_${scala}`, 'kafka-tools', 'kafka-clients', 'kafka-streams'];
  if (atLeast(version, '2.8')) artifacts.push('kafka-shell');
  if (set === 'connect') {
    artifacts.push('connect-runtime', 'connect-json', 'connect-file', 'connect-transforms');
    if (atLeast(version, '2.4')) artifacts.push('connect-mirror');
  }
  return artifacts;
}

function extras(version, set) {
  const more = [];
  if (atLeast(version, '4.0')) {
    more.push(
      ['org.apache.logging.log4j', 'log4j-slf4j-impl', '2.25.4'],
      ['org.apache.logging.log4j', 'log4j-1.2-api', '2.25.4'],
    );
  } else {
    more.push(['org.slf4j', 'slf4j-reload4j', '1.7.36']); // brokers up to 3.9 call log4j 1 directly; this is its maintained twin
  }
  if (set === 'clients') return more;
  // ZooKeeper's client of Kafka before 2.4 resolves no address on Java 14 and later (ZOOKEEPER-3779).
  if (!atLeast(version, '2.4')) more.push(['org.apache.zookeeper', 'zookeeper', '3.5.10']);
  // Java 11 dropped javax.xml.bind, which Kafka before 1.1 uses.
  if (!atLeast(version, '1.1')) more.push(['javax.xml.bind', 'jaxb-api', '2.3.1']);
  return more;
}
