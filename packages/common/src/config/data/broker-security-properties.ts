// Broker properties of ssl, sasl, delegation tokens, remote storage and ZooKeeper, one a line, sorted: name|type|importance|default|valid|flags. Facts of Apache Kafka 3.9.2, and of 4.3.1 for
// what only it has (flag only-4.3). Default "null": none; valid as Kafka's validators print themselves.
// Flags as in broker-properties.ts.
export const BROKER_SECURITY_PROPERTIES = `
delegation.token.expiry.check.interval.ms|LONG|low|3600000|[1,...]|
delegation.token.expiry.time.ms|LONG|medium|86400000|[1,...]|
delegation.token.master.key|PASSWORD|medium|null||only-3.9
delegation.token.max.lifetime.ms|LONG|medium|604800000|[1,...]|
delegation.token.secret.key|PASSWORD|medium|null||
password.encoder.cipher.algorithm|STRING|low|AES/CBC/PKCS5Padding||only-3.9
password.encoder.iterations|INT|low|4096|[1024,...]|only-3.9
password.encoder.key.length|INT|low|128|[8,...]|only-3.9
password.encoder.keyfactory.algorithm|STRING|low|null||only-3.9
password.encoder.old.secret|PASSWORD|medium|null||only-3.9
password.encoder.secret|PASSWORD|medium|null||only-3.9
remote.fetch.max.wait.ms|INT|medium|500|[1,...]|cluster-wide
remote.list.offsets.request.timeout.ms|LONG|medium|30000|[1,...]|only-4.3
remote.log.index.file.cache.total.size.bytes|LONG|low|1073741824|[1,...]|cluster-wide
remote.log.index.file.cache.ttl.ms|LONG|low|900000|[-1,...]|internal only-4.3
remote.log.manager.copier.thread.pool.size|INT|medium|-1|[-1,...] pool|
remote.log.manager.copy.max.bytes.per.second|LONG|medium|9223372036854775807|[1,...]|cluster-wide
remote.log.manager.copy.quota.window.num|INT|medium|11|[1,...]|
remote.log.manager.copy.quota.window.size.seconds|INT|medium|1|[1,...]|
remote.log.manager.expiration.thread.pool.size|INT|medium|-1|[-1,...] pool|
remote.log.manager.fetch.max.bytes.per.second|LONG|medium|9223372036854775807|[1,...]|cluster-wide
remote.log.manager.fetch.quota.window.num|INT|medium|11|[1,...]|
remote.log.manager.fetch.quota.window.size.seconds|INT|medium|1|[1,...]|
remote.log.manager.follower.thread.pool.size|INT|medium|2|[1,...]|only-4.3
remote.log.manager.task.interval.ms|LONG|low|30000|[1,...]|
remote.log.manager.task.retry.backoff.max.ms|LONG|low|30000|[1,...]|internal
remote.log.manager.task.retry.backoff.ms|LONG|low|500|[1,...]|internal
remote.log.manager.task.retry.jitter|DOUBLE|low|0.2|[0,...,0.5]|internal
remote.log.manager.thread.pool.size|INT|medium|10|[1,...]|
remote.log.metadata.custom.metadata.max.bytes|INT|low|128|[0,...]|
remote.log.metadata.manager.class.name|STRING|medium|org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager|non-empty string|
remote.log.metadata.manager.class.path|STRING|medium|null||
remote.log.metadata.manager.impl.prefix|STRING|medium|rlmm.config.|non-empty string|
remote.log.metadata.manager.listener.name|STRING|medium|null|non-empty string|
remote.log.reader.max.pending.tasks|INT|medium|100|[1,...]|
remote.log.reader.threads|INT|medium|10|[1,...]|
remote.log.storage.manager.class.name|STRING|medium|null|non-empty string|
remote.log.storage.manager.class.path|STRING|medium|null||
remote.log.storage.manager.impl.prefix|STRING|medium|rsm.config.|non-empty string|
remote.log.storage.system.enable|BOOLEAN|medium|false||
sasl.client.callback.handler.class|CLASS|medium|null||
sasl.enabled.mechanisms|LIST|medium|GSSAPI||per-broker
sasl.jaas.config|PASSWORD|medium|null||per-broker
sasl.kerberos.kinit.cmd|STRING|medium|/usr/bin/kinit||per-broker
sasl.kerberos.min.time.before.relogin|LONG|medium|60000||per-broker
sasl.kerberos.principal.to.local.rules|LIST|medium|DEFAULT||per-broker
sasl.kerberos.service.name|STRING|medium|null||per-broker
sasl.kerberos.ticket.renew.jitter|DOUBLE|medium|0.05||per-broker
sasl.kerberos.ticket.renew.window.factor|DOUBLE|medium|0.8||per-broker
sasl.login.callback.handler.class|CLASS|medium|null||
sasl.login.class|CLASS|medium|null||
sasl.login.connect.timeout.ms|INT|low|null||
sasl.login.read.timeout.ms|INT|low|null||
sasl.login.refresh.buffer.seconds|SHORT|medium|300||per-broker
sasl.login.refresh.min.period.seconds|SHORT|medium|60||per-broker
sasl.login.refresh.window.factor|DOUBLE|medium|0.8||per-broker
sasl.login.refresh.window.jitter|DOUBLE|medium|0.05||per-broker
sasl.login.retry.backoff.max.ms|LONG|low|10000||
sasl.login.retry.backoff.ms|LONG|low|100||
sasl.mechanism.controller.protocol|STRING|high|GSSAPI||
sasl.mechanism.inter.broker.protocol|STRING|medium|GSSAPI||per-broker
sasl.oauthbearer.assertion.algorithm|STRING|medium|RS256|(case insensitive) [ES256, RS256]|only-4.3
sasl.oauthbearer.assertion.claim.aud|STRING|medium|null||only-4.3
sasl.oauthbearer.assertion.claim.exp.seconds|INT|low|300|[0,...,86400]|only-4.3
sasl.oauthbearer.assertion.claim.iss|STRING|medium|null||only-4.3
sasl.oauthbearer.assertion.claim.jti.include|BOOLEAN|medium|false||only-4.3
sasl.oauthbearer.assertion.claim.nbf.seconds|INT|low|60|[0,...,3600]|only-4.3
sasl.oauthbearer.assertion.claim.sub|STRING|medium|null||only-4.3
sasl.oauthbearer.assertion.file|STRING|medium|null||only-4.3
sasl.oauthbearer.assertion.private.key.file|STRING|medium|null||only-4.3
sasl.oauthbearer.assertion.private.key.passphrase|PASSWORD|medium|null||only-4.3
sasl.oauthbearer.assertion.template.file|STRING|medium|null||only-4.3
sasl.oauthbearer.client.credentials.client.id|STRING|medium|null||only-4.3
sasl.oauthbearer.client.credentials.client.secret|PASSWORD|medium|null||only-4.3
sasl.oauthbearer.clock.skew.seconds|INT|low|30||
sasl.oauthbearer.expected.audience|LIST|low|null||
sasl.oauthbearer.expected.issuer|STRING|low|null||
sasl.oauthbearer.jwks.endpoint.refresh.ms|LONG|low|3600000||
sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms|LONG|low|10000||
sasl.oauthbearer.jwks.endpoint.retry.backoff.ms|LONG|low|100||
sasl.oauthbearer.jwks.endpoint.url|STRING|medium|null||
sasl.oauthbearer.jwt.retriever.class|CLASS|medium|org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever||only-4.3
sasl.oauthbearer.jwt.validator.class|CLASS|medium|org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator||only-4.3
sasl.oauthbearer.scope|STRING|medium|null||only-4.3
sasl.oauthbearer.scope.claim.name|STRING|low|scope||
sasl.oauthbearer.sub.claim.name|STRING|low|sub||
sasl.oauthbearer.token.endpoint.url|STRING|medium|null||
sasl.server.callback.handler.class|CLASS|medium|null||
sasl.server.max.receive.size|INT|medium|524288||
security.inter.broker.protocol|STRING|medium|PLAINTEXT|[PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL]|
security.providers|STRING|low|null||
ssl.allow.dn.changes|BOOLEAN|low|false||
ssl.allow.san.changes|BOOLEAN|low|false||
ssl.cipher.suites|LIST|medium|||per-broker
ssl.client.auth|STRING|medium|none|[required, requested, none]|per-broker
ssl.enabled.protocols|LIST|medium|TLSv1.2,TLSv1.3||per-broker
ssl.endpoint.identification.algorithm|STRING|low|https||per-broker
ssl.engine.factory.class|CLASS|low|null||per-broker
ssl.key.password|PASSWORD|medium|null||per-broker
ssl.keymanager.algorithm|STRING|medium|SunX509||per-broker
ssl.keystore.certificate.chain|PASSWORD|medium|null||per-broker
ssl.keystore.key|PASSWORD|medium|null||per-broker
ssl.keystore.location|STRING|medium|null||per-broker
ssl.keystore.password|PASSWORD|medium|null||per-broker
ssl.keystore.type|STRING|medium|JKS||per-broker
ssl.principal.mapping.rules|STRING|low|DEFAULT||
ssl.protocol|STRING|medium|TLSv1.3||per-broker
ssl.provider|STRING|medium|null||per-broker
ssl.secure.random.implementation|STRING|low|null||per-broker
ssl.trustmanager.algorithm|STRING|medium|PKIX||per-broker
ssl.truststore.certificates|PASSWORD|medium|null||per-broker
ssl.truststore.location|STRING|medium|null||per-broker
ssl.truststore.password|PASSWORD|medium|null||per-broker
ssl.truststore.type|STRING|medium|JKS||per-broker
zookeeper.clientCnxnSocket|STRING|medium|null||only-3.9
zookeeper.connect|STRING|high|null||only-3.9
zookeeper.connection.timeout.ms|INT|high|null||only-3.9
zookeeper.max.in.flight.requests|INT|high|10|[1,...]|only-3.9
zookeeper.metadata.migration.enable|BOOLEAN|high|false||only-3.9
zookeeper.metadata.migration.min.batch.size|INT|medium|200|[1,...]|internal only-3.9
zookeeper.session.timeout.ms|INT|high|18000||only-3.9
zookeeper.set.acl|BOOLEAN|high|false||only-3.9
zookeeper.ssl.cipher.suites|LIST|low|null||only-3.9
zookeeper.ssl.client.enable|BOOLEAN|medium|false||only-3.9
zookeeper.ssl.crl.enable|BOOLEAN|low|false||only-3.9
zookeeper.ssl.enabled.protocols|LIST|low|null||only-3.9
zookeeper.ssl.endpoint.identification.algorithm|STRING|low|HTTPS||only-3.9
zookeeper.ssl.keystore.location|STRING|medium|null||only-3.9
zookeeper.ssl.keystore.password|PASSWORD|medium|null||only-3.9
zookeeper.ssl.keystore.type|STRING|medium|null||only-3.9
zookeeper.ssl.ocsp.enable|BOOLEAN|low|false||only-3.9
zookeeper.ssl.protocol|STRING|low|TLSv1.2||only-3.9
zookeeper.ssl.truststore.location|STRING|medium|null||only-3.9
zookeeper.ssl.truststore.password|PASSWORD|medium|null||only-3.9
zookeeper.ssl.truststore.type|STRING|medium|null||only-3.9
`;
