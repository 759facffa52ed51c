import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Client program for org.apache.kafka:kafka-clients; {@code Compat} hides what differs between its versions. */
public final class Peer {
    private static final Map<String, String> OPTIONS = new HashMap<>();
    private static volatile boolean asked = false;

    public static void main(String[] args) throws Exception {
        for (int i = 1; i + 1 < args.length; i += 2) OPTIONS.put(args[i].substring(2), args[i + 1]);
        switch (args[0]) {
            case "produce": produce(); break;
            case "consume": consume(); break;
            case "group": group(); break;
            case "load": load(); break;
            default: throw new IllegalArgumentException(args[0]);
        }
        System.out.flush();
        System.exit(0);
    }

    private static String text(String name) { return OPTIONS.get(name); }

    private static long number(String name, long otherwise) {
        String value = OPTIONS.get(name);
        return value == null ? otherwise : Long.parseLong(value);
    }

    static String quoted(String value) {
        return value == null ? "null" : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    private static void emit(String event, String fields) {
        synchronized (System.out) {
            System.out.println("{\"event\":\"" + event + "\"" + (fields.isEmpty() ? "" : "," + fields) + "}");
        }
    }

    private static void acked(long i, RecordMetadata at) {
        emit("acked", "\"i\":" + i + ",\"partition\":" + at.partition() + ",\"offset\":" + at.offset());
    }

    private static void record(ConsumerRecord<String, String> record) {
        String headers = Compat.headers(record);
        emit("record", "\"partition\":" + record.partition() + ",\"offset\":" + record.offset() + ",\"key\":" + quoted(record.key())
            + ",\"value\":" + quoted(record.value()) + ",\"timestamp\":" + record.timestamp() + (headers == null ? "" : ",\"headers\":" + headers));
    }

    private static String key(long i) { return i % 10 == 3 ? null : "key-" + i; }

    private static String value(long i) {
        if (i % 10 == 5) return null;
        StringBuilder value = new StringBuilder("value-" + i + "-");
        for (int k = 0; k < i % 10; k++) value.append("abcdefghij");
        return value.toString();
    }

    private static KafkaProducer<String, String> producer(String... more) {
        Properties config = new Properties();
        config.put("bootstrap.servers", text("bootstrap"));
        config.put("compression.type", OPTIONS.getOrDefault("codec", "none"));
        config.put("acks", "all");
        config.put("linger.ms", "20");
        for (int i = 0; i < more.length; i += 2) config.put(more[i], more[i + 1]);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private static KafkaConsumer<String, String> consumer(String... more) {
        Properties config = new Properties();
        config.put("bootstrap.servers", text("bootstrap"));
        config.put("enable.auto.commit", "false");
        config.put("auto.offset.reset", "earliest");
        for (int i = 0; i < more.length; i += 2) config.put(more[i], more[i + 1]);
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    private static void produce() throws Exception {
        long start = number("start", 0), count = number("count", 0), base = number("base", 0), partitions = number("partitions", 1);
        try (KafkaProducer<String, String> producer = producer()) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (long i = start; i < start + count; i++)
                sent.add(producer.send(Compat.record(text("topic"), (int) (i % partitions), base + i, key(i), value(i), text("name"), i)));
            for (int k = 0; k < sent.size(); k++) acked(start + k, sent.get(k).get(60, TimeUnit.SECONDS));
        }
        emit("produced", "\"count\":" + count);
    }

    private static void consume() {
        long left = number("max", 0);
        List<TopicPartition> all = new ArrayList<>();
        for (int p = 0; p < number("partitions", 1); p++) all.add(new TopicPartition(text("topic"), p));
        try (KafkaConsumer<String, String> consumer = consumer()) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            while (left > 0)
                for (ConsumerRecord<String, String> record : Compat.poll(consumer, 500)) {
                    if (left-- > 0) record(record);
                }
        }
        emit("done", "");
    }

    /** Notices the word that ends the program; the end of stdin counts as that word. */
    private static void watchStdin(Runnable then) {
        Thread reader = new Thread(() -> {
            try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in))) {
                for (String line = in.readLine(); line != null; line = in.readLine())
                    if (line.trim().equals("leave") || line.trim().equals("stop")) break;
            } catch (java.io.IOException ended) {
                // the same as the end of stdin
            }
            asked = true;
            then.run();
        });
        reader.setDaemon(true);
        reader.start();
    }

    private static void group() {
        long left = number("max", -1);
        KafkaConsumer<String, String> consumer = consumer("group.id", text("group"), "max.poll.records", left > 0 ? String.valueOf(left) : "500");
        watchStdin(() -> { });
        TreeSet<Integer> owned = new TreeSet<>();
        consumer.subscribe(Collections.singletonList(text("topic")));
        while (left != 0 && !asked) {
            Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
            Iterable<ConsumerRecord<String, String>> records = Compat.poll(consumer, 200);
            TreeSet<Integer> now = new TreeSet<>();
            for (TopicPartition partition : consumer.assignment()) now.add(partition.partition());
            if (!now.equals(owned)) emit("assigned", "\"partitions\":" + now);
            owned = now;
            for (ConsumerRecord<String, String> record : records) {
                if (left == 0) break;
                record(record);
                done.put(new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
                left--;
            }
            if (!done.isEmpty()) consumer.commitSync(done);
        }
        consumer.close();
        emit("closed", "");
    }

    private static void load() throws Exception {
        KafkaProducer<String, String> producer = producer("linger.ms", "2", "enable.idempotence", "true", "retries", "2147483647",
            "max.in.flight.requests.per.connection", "5", "reconnect.backoff.ms", "50", "reconnect.backoff.max.ms", "200", "delivery.timeout.ms", "120000");
        watchStdin(() -> { });
        Semaphore room = new Semaphore(500);
        long sent = 0, partitions = number("partitions", 1), rate = number("rate", 1000), begun = System.nanoTime();
        while (!asked) {
            if (sent > (System.nanoTime() - begun) * rate / 1_000_000_000L) {
                Thread.sleep(1);
                continue;
            }
            if (!room.tryAcquire(100, TimeUnit.MILLISECONDS)) continue;
            final long i = sent++;
            producer.send(Compat.plain(text("topic"), (int) (i % partitions), text("name"), String.valueOf(i)), (at, error) -> {
                room.release();
                if (error == null) acked(i, at);
                else emit("failed", "\"i\":" + i + ",\"error\":" + quoted(error.toString()));
            });
        }
        producer.flush();
        producer.close();
        emit("stopped", "\"sent\":" + sent);
    }
}
